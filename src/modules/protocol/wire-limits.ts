/**
 * Every bound on what a peer may send, by name. Nothing is allocated or decoded before the bound that concerns it was
 * checked; a peer that goes beyond one broke the protocol and is closed with a reason.
 */
export const KIB = 1024;
export const MIB = 1024 * KIB;

/** The header's length field could say 64 KiB; the header has two small numbers. */
export const HEADER_BYTES_MAX = KIB;
/** Largest hello message: the length is a positive signed 16-bit number. */
export const HELLO_BYTES_MAX = 32 * KIB - 1;
/** Largest message of the protocol: the bound for messages of unknown type, which are skipped and not kept. */
export const SKIPPED_BYTES_MAX = 500_000_000;

/** Largest block there is. */
export const BLOCK_BYTES_MAX = 16 * MIB;
/** Largest request answered, twice the largest block, as stock peers have it. */
export const REQUEST_SIZE_BYTES_MAX = 2 * BLOCK_BYTES_MAX;

export const CLUSTER_CONFIG_BYTES_MAX = 16 * MIB;
/**
 * Stock peers end a batch at 1,000 files and about 250 KiB of blocks, plus the file that crosses the line, so that the bound is
 * really one on the block list of one file: 64 MiB hold 1.2 million blocks, a file of 19 TiB. The format allows 500 MB.
 */
export const INDEX_BYTES_MAX = 64 * MIB;
export const REQUEST_BYTES_MAX = 64 * KIB;
/** We never ask for more than one block. */
export const RESPONSE_BYTES_MAX = BLOCK_BYTES_MAX + 64 * KIB;
export const DOWNLOAD_PROGRESS_BYTES_MAX = 4 * MIB;
export const PING_BYTES_MAX = KIB;
export const CLOSE_BYTES_MAX = 64 * KIB;

export const FOLDERS_MAX = 10_000;
/** In one cluster config, over all folders. */
export const FOLDER_DEVICES_MAX = 100_000;
/** Different devices in one cluster config: the text of an ID takes a hundred times longer to make than its bytes to read. */
export const DEVICES_MAX = 10_000;
/** In one cluster config, over all folders and devices. */
export const DEVICE_ADDRESSES_MAX = 200_000;

/** Ten times what stock peers put into a batch. */
export const FILES_PER_INDEX_MAX = 10_000;
/** All file infos of one message without their blocks, some fifty times a stock batch: compressed, they cost a peer next to nothing. */
export const INDEX_HEADS_BYTES_MAX = 16 * MIB;
/** Version counters in one message, over all files: each takes many times the bytes it has on the wire. */
export const INDEX_COUNTERS_MAX = 100_000;
/** One file info without its blocks: name, link target, version, extended attributes. */
export const FILE_HEAD_BYTES_MAX = MIB;
/** One file's version vector, encoded: some 3,000 devices. */
export const FILE_VERSION_BYTES_MAX = 64 * KIB;

export const PROGRESS_UPDATES_MAX = 10_000;
/** In one download progress message, over all updates. */
export const PROGRESS_BLOCKS_MAX = 1_000_000;
/** Version counters in one download progress message, over all updates. */
export const PROGRESS_COUNTERS_MAX = 100_000;

/** A peer's reason for closing is cut to this for logs, and so is ours before it is sent. */
export const REASON_CHARACTERS_MAX = 1_000;
