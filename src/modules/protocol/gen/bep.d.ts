import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace bep. */
export namespace bep {

    /**
     * Properties of a Hello.
     * @deprecated Use bep.Hello.$Properties instead.
     */
    interface IHello extends bep.Hello.$Properties {
    }

    /** Represents a Hello. */
    class Hello {

        /**
         * Constructs a new Hello.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Hello.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Hello deviceName. */
        deviceName: string;

        /** Hello clientName. */
        clientName: string;

        /** Hello clientVersion. */
        clientVersion: string;

        /** Hello numConnections. */
        numConnections: number;

        /** Hello timestamp. */
        timestamp: Long;

        /**
         * Creates a new Hello instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Hello instance
         */
        static create(properties: bep.Hello.$Shape): bep.Hello & bep.Hello.$Shape;
        static create(properties?: bep.Hello.$Properties): bep.Hello;

        /**
         * Encodes the specified Hello message. Does not implicitly {@link bep.Hello.verify|verify} messages.
         * @param message Hello message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Hello message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Hello & bep.Hello.$Shape} Hello
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Hello & bep.Hello.$Shape;
    }

    namespace Hello {

        /** Properties of a Hello. */
        interface $Properties {

            /** Hello deviceName */
            deviceName?: (string|null);

            /** Hello clientName */
            clientName?: (string|null);

            /** Hello clientVersion */
            clientVersion?: (string|null);

            /** Hello numConnections */
            numConnections?: (number|null);

            /** Hello timestamp */
            timestamp?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Hello. */
        type $Shape = bep.Hello.$Properties;
    }

    /**
     * Properties of a Header.
     * @deprecated Use bep.Header.$Properties instead.
     */
    interface IHeader extends bep.Header.$Properties {
    }

    /** Represents a Header. */
    class Header {

        /**
         * Constructs a new Header.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Header.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Header type. */
        type: number;

        /** Header compression. */
        compression: number;

        /**
         * Creates a new Header instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Header instance
         */
        static create(properties: bep.Header.$Shape): bep.Header & bep.Header.$Shape;
        static create(properties?: bep.Header.$Properties): bep.Header;

        /**
         * Encodes the specified Header message. Does not implicitly {@link bep.Header.verify|verify} messages.
         * @param message Header message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Header.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Header message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Header & bep.Header.$Shape} Header
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Header & bep.Header.$Shape;
    }

    namespace Header {

        /** Properties of a Header. */
        interface $Properties {

            /** Header type */
            type?: (number|null);

            /** Header compression */
            compression?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Header. */
        type $Shape = bep.Header.$Properties;
    }

    /** MessageType enum. */
    enum MessageType {

        /** CLUSTER_CONFIG value */
        CLUSTER_CONFIG = 0,

        /** INDEX value */
        INDEX = 1,

        /** INDEX_UPDATE value */
        INDEX_UPDATE = 2,

        /** REQUEST value */
        REQUEST = 3,

        /** RESPONSE value */
        RESPONSE = 4,

        /** DOWNLOAD_PROGRESS value */
        DOWNLOAD_PROGRESS = 5,

        /** PING value */
        PING = 6,

        /** CLOSE value */
        CLOSE = 7
    }

    /**
     * Properties of a ClusterConfig.
     * @deprecated Use bep.ClusterConfig.$Properties instead.
     */
    interface IClusterConfig extends bep.ClusterConfig.$Properties {
    }

    /** Represents a ClusterConfig. */
    class ClusterConfig {

        /**
         * Constructs a new ClusterConfig.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.ClusterConfig.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ClusterConfig folders. */
        folders: bep.Folder.$Properties[];

        /** ClusterConfig secondary. */
        secondary: boolean;

        /**
         * Creates a new ClusterConfig instance using the specified properties.
         * @param [properties] Properties to set
         * @returns ClusterConfig instance
         */
        static create(properties: bep.ClusterConfig.$Shape): bep.ClusterConfig & bep.ClusterConfig.$Shape;
        static create(properties?: bep.ClusterConfig.$Properties): bep.ClusterConfig;

        /**
         * Encodes the specified ClusterConfig message. Does not implicitly {@link bep.ClusterConfig.verify|verify} messages.
         * @param message ClusterConfig message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.ClusterConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ClusterConfig message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.ClusterConfig & bep.ClusterConfig.$Shape} ClusterConfig
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.ClusterConfig & bep.ClusterConfig.$Shape;
    }

    namespace ClusterConfig {

        /** Properties of a ClusterConfig. */
        interface $Properties {

            /** ClusterConfig folders */
            folders?: (bep.Folder.$Properties[]|null);

            /** ClusterConfig secondary */
            secondary?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ClusterConfig. */
        type $Shape = bep.ClusterConfig.$Properties;
    }

    /**
     * Properties of a Folder.
     * @deprecated Use bep.Folder.$Properties instead.
     */
    interface IFolder extends bep.Folder.$Properties {
    }

    /** Represents a Folder. */
    class Folder {

        /**
         * Constructs a new Folder.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Folder.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Folder id. */
        id: string;

        /** Folder label. */
        label: string;

        /** Folder type. */
        type: number;

        /** Folder stopReason. */
        stopReason: number;

        /** Folder devices. */
        devices: bep.Device.$Properties[];

        /**
         * Creates a new Folder instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Folder instance
         */
        static create(properties: bep.Folder.$Shape): bep.Folder & bep.Folder.$Shape;
        static create(properties?: bep.Folder.$Properties): bep.Folder;

        /**
         * Encodes the specified Folder message. Does not implicitly {@link bep.Folder.verify|verify} messages.
         * @param message Folder message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Folder.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Folder message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Folder & bep.Folder.$Shape} Folder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Folder & bep.Folder.$Shape;
    }

    namespace Folder {

        /** Properties of a Folder. */
        interface $Properties {

            /** Folder id */
            id?: (string|null);

            /** Folder label */
            label?: (string|null);

            /** Folder type */
            type?: (number|null);

            /** Folder stopReason */
            stopReason?: (number|null);

            /** Folder devices */
            devices?: (bep.Device.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Folder. */
        type $Shape = bep.Folder.$Properties;
    }

    /**
     * Properties of a Device.
     * @deprecated Use bep.Device.$Properties instead.
     */
    interface IDevice extends bep.Device.$Properties {
    }

    /** Represents a Device. */
    class Device {

        /**
         * Constructs a new Device.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Device.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Device id. */
        id: Uint8Array;

        /** Device name. */
        name: string;

        /** Device addresses. */
        addresses: string[];

        /** Device compression. */
        compression: number;

        /** Device certName. */
        certName: string;

        /** Device maxSequence. */
        maxSequence: Long;

        /** Device introducer. */
        introducer: boolean;

        /** Device indexId. */
        indexId: Long;

        /** Device skipIntroductionRemovals. */
        skipIntroductionRemovals: boolean;

        /** Device encryptionPasswordToken. */
        encryptionPasswordToken: Uint8Array;

        /**
         * Creates a new Device instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Device instance
         */
        static create(properties: bep.Device.$Shape): bep.Device & bep.Device.$Shape;
        static create(properties?: bep.Device.$Properties): bep.Device;

        /**
         * Encodes the specified Device message. Does not implicitly {@link bep.Device.verify|verify} messages.
         * @param message Device message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Device.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Device message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Device & bep.Device.$Shape} Device
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Device & bep.Device.$Shape;
    }

    namespace Device {

        /** Properties of a Device. */
        interface $Properties {

            /** Device id */
            id?: (Uint8Array|null);

            /** Device name */
            name?: (string|null);

            /** Device addresses */
            addresses?: (string[]|null);

            /** Device compression */
            compression?: (number|null);

            /** Device certName */
            certName?: (string|null);

            /** Device maxSequence */
            maxSequence?: (Long|null);

            /** Device introducer */
            introducer?: (boolean|null);

            /** Device indexId */
            indexId?: (Long|null);

            /** Device skipIntroductionRemovals */
            skipIntroductionRemovals?: (boolean|null);

            /** Device encryptionPasswordToken */
            encryptionPasswordToken?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Device. */
        type $Shape = bep.Device.$Properties;
    }

    /**
     * Properties of an Index.
     * @deprecated Use bep.Index.$Properties instead.
     */
    interface IIndex extends bep.Index.$Properties {
    }

    /** Represents an Index. */
    class Index {

        /**
         * Constructs a new Index.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Index.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Index folder. */
        folder: string;

        /** Index files. */
        files: bep.FileInfo.$Properties[];

        /** Index lastSequence. */
        lastSequence: Long;

        /** Index prevSequence. */
        prevSequence: Long;

        /**
         * Creates a new Index instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Index instance
         */
        static create(properties: bep.Index.$Shape): bep.Index & bep.Index.$Shape;
        static create(properties?: bep.Index.$Properties): bep.Index;

        /**
         * Encodes the specified Index message. Does not implicitly {@link bep.Index.verify|verify} messages.
         * @param message Index message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Index.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Index message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Index & bep.Index.$Shape} Index
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Index & bep.Index.$Shape;
    }

    namespace Index {

        /** Properties of an Index. */
        interface $Properties {

            /** Index folder */
            folder?: (string|null);

            /** Index files */
            files?: (bep.FileInfo.$Properties[]|null);

            /** Index lastSequence */
            lastSequence?: (Long|null);

            /** Index prevSequence */
            prevSequence?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Index. */
        type $Shape = bep.Index.$Properties;
    }

    /**
     * Properties of an IndexHead.
     * @deprecated Use bep.IndexHead.$Properties instead.
     */
    interface IIndexHead extends bep.IndexHead.$Properties {
    }

    /** Represents an IndexHead. */
    class IndexHead {

        /**
         * Constructs a new IndexHead.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.IndexHead.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** IndexHead folder. */
        folder: string;

        /** IndexHead lastSequence. */
        lastSequence: Long;

        /** IndexHead prevSequence. */
        prevSequence: Long;

        /**
         * Creates a new IndexHead instance using the specified properties.
         * @param [properties] Properties to set
         * @returns IndexHead instance
         */
        static create(properties: bep.IndexHead.$Shape): bep.IndexHead & bep.IndexHead.$Shape;
        static create(properties?: bep.IndexHead.$Properties): bep.IndexHead;

        /**
         * Encodes the specified IndexHead message. Does not implicitly {@link bep.IndexHead.verify|verify} messages.
         * @param message IndexHead message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.IndexHead.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an IndexHead message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.IndexHead & bep.IndexHead.$Shape} IndexHead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.IndexHead & bep.IndexHead.$Shape;
    }

    namespace IndexHead {

        /** Properties of an IndexHead. */
        interface $Properties {

            /** IndexHead folder */
            folder?: (string|null);

            /** IndexHead lastSequence */
            lastSequence?: (Long|null);

            /** IndexHead prevSequence */
            prevSequence?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an IndexHead. */
        type $Shape = bep.IndexHead.$Properties;
    }

    /**
     * Properties of a FileInfo.
     * @deprecated Use bep.FileInfo.$Properties instead.
     */
    interface IFileInfo extends bep.FileInfo.$Properties {
    }

    /** Represents a FileInfo. */
    class FileInfo {

        /**
         * Constructs a new FileInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.FileInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** FileInfo name. */
        name: string;

        /** FileInfo type. */
        type: number;

        /** FileInfo size. */
        size: Long;

        /** FileInfo permissions. */
        permissions: number;

        /** FileInfo modifiedS. */
        modifiedS: Long;

        /** FileInfo deleted. */
        deleted: boolean;

        /** FileInfo invalid. */
        invalid: boolean;

        /** FileInfo noPermissions. */
        noPermissions: boolean;

        /** FileInfo version. */
        version?: (bep.Vector.$Properties|null);

        /** FileInfo sequence. */
        sequence: Long;

        /** FileInfo modifiedNs. */
        modifiedNs: number;

        /** FileInfo modifiedBy. */
        modifiedBy: Long;

        /** FileInfo blockSize. */
        blockSize: number;

        /** FileInfo platform. */
        platform: Uint8Array;

        /** FileInfo blocks. */
        blocks: bep.BlockInfo.$Properties[];

        /** FileInfo symlinkTarget. */
        symlinkTarget: Uint8Array;

        /** FileInfo blocksHash. */
        blocksHash: Uint8Array;

        /** FileInfo encrypted. */
        encrypted: Uint8Array;

        /** FileInfo previousBlocksHash. */
        previousBlocksHash: Uint8Array;

        /**
         * Creates a new FileInfo instance using the specified properties.
         * @param [properties] Properties to set
         * @returns FileInfo instance
         */
        static create(properties: bep.FileInfo.$Shape): bep.FileInfo & bep.FileInfo.$Shape;
        static create(properties?: bep.FileInfo.$Properties): bep.FileInfo;

        /**
         * Encodes the specified FileInfo message. Does not implicitly {@link bep.FileInfo.verify|verify} messages.
         * @param message FileInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.FileInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a FileInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.FileInfo & bep.FileInfo.$Shape} FileInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.FileInfo & bep.FileInfo.$Shape;
    }

    namespace FileInfo {

        /** Properties of a FileInfo. */
        interface $Properties {

            /** FileInfo name */
            name?: (string|null);

            /** FileInfo type */
            type?: (number|null);

            /** FileInfo size */
            size?: (Long|null);

            /** FileInfo permissions */
            permissions?: (number|null);

            /** FileInfo modifiedS */
            modifiedS?: (Long|null);

            /** FileInfo deleted */
            deleted?: (boolean|null);

            /** FileInfo invalid */
            invalid?: (boolean|null);

            /** FileInfo noPermissions */
            noPermissions?: (boolean|null);

            /** FileInfo version */
            version?: (bep.Vector.$Properties|null);

            /** FileInfo sequence */
            sequence?: (Long|null);

            /** FileInfo modifiedNs */
            modifiedNs?: (number|null);

            /** FileInfo modifiedBy */
            modifiedBy?: (Long|null);

            /** FileInfo blockSize */
            blockSize?: (number|null);

            /** FileInfo platform */
            platform?: (Uint8Array|null);

            /** FileInfo blocks */
            blocks?: (bep.BlockInfo.$Properties[]|null);

            /** FileInfo symlinkTarget */
            symlinkTarget?: (Uint8Array|null);

            /** FileInfo blocksHash */
            blocksHash?: (Uint8Array|null);

            /** FileInfo encrypted */
            encrypted?: (Uint8Array|null);

            /** FileInfo previousBlocksHash */
            previousBlocksHash?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a FileInfo. */
        type $Shape = bep.FileInfo.$Properties;
    }

    /**
     * Properties of a FileHead.
     * @deprecated Use bep.FileHead.$Properties instead.
     */
    interface IFileHead extends bep.FileHead.$Properties {
    }

    /** Represents a FileHead. */
    class FileHead {

        /**
         * Constructs a new FileHead.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.FileHead.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** FileHead name. */
        name: string;

        /** FileHead type. */
        type: number;

        /** FileHead size. */
        size: Long;

        /** FileHead permissions. */
        permissions: number;

        /** FileHead modifiedS. */
        modifiedS: Long;

        /** FileHead deleted. */
        deleted: boolean;

        /** FileHead invalid. */
        invalid: boolean;

        /** FileHead noPermissions. */
        noPermissions: boolean;

        /** FileHead version. */
        version?: (bep.Vector.$Properties|null);

        /** FileHead sequence. */
        sequence: Long;

        /** FileHead modifiedNs. */
        modifiedNs: number;

        /** FileHead modifiedBy. */
        modifiedBy: Long;

        /** FileHead blockSize. */
        blockSize: number;

        /** FileHead platform. */
        platform: Uint8Array;

        /** FileHead symlinkTarget. */
        symlinkTarget: Uint8Array;

        /** FileHead blocksHash. */
        blocksHash: Uint8Array;

        /**
         * Creates a new FileHead instance using the specified properties.
         * @param [properties] Properties to set
         * @returns FileHead instance
         */
        static create(properties: bep.FileHead.$Shape): bep.FileHead & bep.FileHead.$Shape;
        static create(properties?: bep.FileHead.$Properties): bep.FileHead;

        /**
         * Encodes the specified FileHead message. Does not implicitly {@link bep.FileHead.verify|verify} messages.
         * @param message FileHead message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.FileHead.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a FileHead message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.FileHead & bep.FileHead.$Shape} FileHead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.FileHead & bep.FileHead.$Shape;
    }

    namespace FileHead {

        /** Properties of a FileHead. */
        interface $Properties {

            /** FileHead name */
            name?: (string|null);

            /** FileHead type */
            type?: (number|null);

            /** FileHead size */
            size?: (Long|null);

            /** FileHead permissions */
            permissions?: (number|null);

            /** FileHead modifiedS */
            modifiedS?: (Long|null);

            /** FileHead deleted */
            deleted?: (boolean|null);

            /** FileHead invalid */
            invalid?: (boolean|null);

            /** FileHead noPermissions */
            noPermissions?: (boolean|null);

            /** FileHead version */
            version?: (bep.Vector.$Properties|null);

            /** FileHead sequence */
            sequence?: (Long|null);

            /** FileHead modifiedNs */
            modifiedNs?: (number|null);

            /** FileHead modifiedBy */
            modifiedBy?: (Long|null);

            /** FileHead blockSize */
            blockSize?: (number|null);

            /** FileHead platform */
            platform?: (Uint8Array|null);

            /** FileHead symlinkTarget */
            symlinkTarget?: (Uint8Array|null);

            /** FileHead blocksHash */
            blocksHash?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a FileHead. */
        type $Shape = bep.FileHead.$Properties;
    }

    /**
     * Properties of a BlockInfo.
     * @deprecated Use bep.BlockInfo.$Properties instead.
     */
    interface IBlockInfo extends bep.BlockInfo.$Properties {
    }

    /** Represents a BlockInfo. */
    class BlockInfo {

        /**
         * Constructs a new BlockInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.BlockInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** BlockInfo offset. */
        offset: Long;

        /** BlockInfo size. */
        size: number;

        /** BlockInfo hash. */
        hash: Uint8Array;

        /** BlockInfo weakHash. */
        weakHash: number;

        /**
         * Creates a new BlockInfo instance using the specified properties.
         * @param [properties] Properties to set
         * @returns BlockInfo instance
         */
        static create(properties: bep.BlockInfo.$Shape): bep.BlockInfo & bep.BlockInfo.$Shape;
        static create(properties?: bep.BlockInfo.$Properties): bep.BlockInfo;

        /**
         * Encodes the specified BlockInfo message. Does not implicitly {@link bep.BlockInfo.verify|verify} messages.
         * @param message BlockInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.BlockInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a BlockInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.BlockInfo & bep.BlockInfo.$Shape} BlockInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.BlockInfo & bep.BlockInfo.$Shape;
    }

    namespace BlockInfo {

        /** Properties of a BlockInfo. */
        interface $Properties {

            /** BlockInfo offset */
            offset?: (Long|null);

            /** BlockInfo size */
            size?: (number|null);

            /** BlockInfo hash */
            hash?: (Uint8Array|null);

            /** BlockInfo weakHash */
            weakHash?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a BlockInfo. */
        type $Shape = bep.BlockInfo.$Properties;
    }

    /**
     * Properties of a Vector.
     * @deprecated Use bep.Vector.$Properties instead.
     */
    interface IVector extends bep.Vector.$Properties {
    }

    /** Represents a Vector. */
    class Vector {

        /**
         * Constructs a new Vector.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Vector.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Vector counters. */
        counters: bep.Counter.$Properties[];

        /**
         * Creates a new Vector instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Vector instance
         */
        static create(properties: bep.Vector.$Shape): bep.Vector & bep.Vector.$Shape;
        static create(properties?: bep.Vector.$Properties): bep.Vector;

        /**
         * Encodes the specified Vector message. Does not implicitly {@link bep.Vector.verify|verify} messages.
         * @param message Vector message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Vector.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Vector message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Vector & bep.Vector.$Shape} Vector
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Vector & bep.Vector.$Shape;
    }

    namespace Vector {

        /** Properties of a Vector. */
        interface $Properties {

            /** Vector counters */
            counters?: (bep.Counter.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Vector. */
        type $Shape = bep.Vector.$Properties;
    }

    /**
     * Properties of a Counter.
     * @deprecated Use bep.Counter.$Properties instead.
     */
    interface ICounter extends bep.Counter.$Properties {
    }

    /** Represents a Counter. */
    class Counter {

        /**
         * Constructs a new Counter.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Counter.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Counter id. */
        id: Long;

        /** Counter value. */
        value: Long;

        /**
         * Creates a new Counter instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Counter instance
         */
        static create(properties: bep.Counter.$Shape): bep.Counter & bep.Counter.$Shape;
        static create(properties?: bep.Counter.$Properties): bep.Counter;

        /**
         * Encodes the specified Counter message. Does not implicitly {@link bep.Counter.verify|verify} messages.
         * @param message Counter message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Counter.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Counter message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Counter & bep.Counter.$Shape} Counter
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Counter & bep.Counter.$Shape;
    }

    namespace Counter {

        /** Properties of a Counter. */
        interface $Properties {

            /** Counter id */
            id?: (Long|null);

            /** Counter value */
            value?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Counter. */
        type $Shape = bep.Counter.$Properties;
    }

    /**
     * Properties of a Request.
     * @deprecated Use bep.Request.$Properties instead.
     */
    interface IRequest extends bep.Request.$Properties {
    }

    /** Represents a Request. */
    class Request {

        /**
         * Constructs a new Request.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Request.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Request id. */
        id: number;

        /** Request folder. */
        folder: string;

        /** Request name. */
        name: string;

        /** Request offset. */
        offset: Long;

        /** Request size. */
        size: number;

        /** Request hash. */
        hash: Uint8Array;

        /** Request fromTemporary. */
        fromTemporary: boolean;

        /** Request weakHash. */
        weakHash: number;

        /** Request blockNo. */
        blockNo: number;

        /**
         * Creates a new Request instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Request instance
         */
        static create(properties: bep.Request.$Shape): bep.Request & bep.Request.$Shape;
        static create(properties?: bep.Request.$Properties): bep.Request;

        /**
         * Encodes the specified Request message. Does not implicitly {@link bep.Request.verify|verify} messages.
         * @param message Request message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Request message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Request & bep.Request.$Shape} Request
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Request & bep.Request.$Shape;
    }

    namespace Request {

        /** Properties of a Request. */
        interface $Properties {

            /** Request id */
            id?: (number|null);

            /** Request folder */
            folder?: (string|null);

            /** Request name */
            name?: (string|null);

            /** Request offset */
            offset?: (Long|null);

            /** Request size */
            size?: (number|null);

            /** Request hash */
            hash?: (Uint8Array|null);

            /** Request fromTemporary */
            fromTemporary?: (boolean|null);

            /** Request weakHash */
            weakHash?: (number|null);

            /** Request blockNo */
            blockNo?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Request. */
        type $Shape = bep.Request.$Properties;
    }

    /**
     * Properties of a Response.
     * @deprecated Use bep.Response.$Properties instead.
     */
    interface IResponse extends bep.Response.$Properties {
    }

    /** Represents a Response. */
    class Response {

        /**
         * Constructs a new Response.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Response.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Response id. */
        id: number;

        /** Response data. */
        data: Uint8Array;

        /** Response code. */
        code: number;

        /**
         * Creates a new Response instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Response instance
         */
        static create(properties: bep.Response.$Shape): bep.Response & bep.Response.$Shape;
        static create(properties?: bep.Response.$Properties): bep.Response;

        /**
         * Encodes the specified Response message. Does not implicitly {@link bep.Response.verify|verify} messages.
         * @param message Response message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Response.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Response message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Response & bep.Response.$Shape} Response
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Response & bep.Response.$Shape;
    }

    namespace Response {

        /** Properties of a Response. */
        interface $Properties {

            /** Response id */
            id?: (number|null);

            /** Response data */
            data?: (Uint8Array|null);

            /** Response code */
            code?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Response. */
        type $Shape = bep.Response.$Properties;
    }

    /**
     * Properties of a DownloadProgress.
     * @deprecated Use bep.DownloadProgress.$Properties instead.
     */
    interface IDownloadProgress extends bep.DownloadProgress.$Properties {
    }

    /** Represents a DownloadProgress. */
    class DownloadProgress {

        /**
         * Constructs a new DownloadProgress.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.DownloadProgress.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DownloadProgress folder. */
        folder: string;

        /** DownloadProgress updates. */
        updates: bep.FileDownloadProgressUpdate.$Properties[];

        /**
         * Creates a new DownloadProgress instance using the specified properties.
         * @param [properties] Properties to set
         * @returns DownloadProgress instance
         */
        static create(properties: bep.DownloadProgress.$Shape): bep.DownloadProgress & bep.DownloadProgress.$Shape;
        static create(properties?: bep.DownloadProgress.$Properties): bep.DownloadProgress;

        /**
         * Encodes the specified DownloadProgress message. Does not implicitly {@link bep.DownloadProgress.verify|verify} messages.
         * @param message DownloadProgress message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.DownloadProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DownloadProgress message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.DownloadProgress & bep.DownloadProgress.$Shape} DownloadProgress
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.DownloadProgress & bep.DownloadProgress.$Shape;
    }

    namespace DownloadProgress {

        /** Properties of a DownloadProgress. */
        interface $Properties {

            /** DownloadProgress folder */
            folder?: (string|null);

            /** DownloadProgress updates */
            updates?: (bep.FileDownloadProgressUpdate.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DownloadProgress. */
        type $Shape = bep.DownloadProgress.$Properties;
    }

    /**
     * Properties of a FileDownloadProgressUpdate.
     * @deprecated Use bep.FileDownloadProgressUpdate.$Properties instead.
     */
    interface IFileDownloadProgressUpdate extends bep.FileDownloadProgressUpdate.$Properties {
    }

    /** Represents a FileDownloadProgressUpdate. */
    class FileDownloadProgressUpdate {

        /**
         * Constructs a new FileDownloadProgressUpdate.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.FileDownloadProgressUpdate.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** FileDownloadProgressUpdate updateType. */
        updateType: number;

        /** FileDownloadProgressUpdate name. */
        name: string;

        /** FileDownloadProgressUpdate version. */
        version?: (bep.Vector.$Properties|null);

        /** FileDownloadProgressUpdate blockIndexes. */
        blockIndexes: number[];

        /** FileDownloadProgressUpdate blockSize. */
        blockSize: number;

        /**
         * Creates a new FileDownloadProgressUpdate instance using the specified properties.
         * @param [properties] Properties to set
         * @returns FileDownloadProgressUpdate instance
         */
        static create(properties: bep.FileDownloadProgressUpdate.$Shape): bep.FileDownloadProgressUpdate & bep.FileDownloadProgressUpdate.$Shape;
        static create(properties?: bep.FileDownloadProgressUpdate.$Properties): bep.FileDownloadProgressUpdate;

        /**
         * Encodes the specified FileDownloadProgressUpdate message. Does not implicitly {@link bep.FileDownloadProgressUpdate.verify|verify} messages.
         * @param message FileDownloadProgressUpdate message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.FileDownloadProgressUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a FileDownloadProgressUpdate message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.FileDownloadProgressUpdate & bep.FileDownloadProgressUpdate.$Shape} FileDownloadProgressUpdate
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.FileDownloadProgressUpdate & bep.FileDownloadProgressUpdate.$Shape;
    }

    namespace FileDownloadProgressUpdate {

        /** Properties of a FileDownloadProgressUpdate. */
        interface $Properties {

            /** FileDownloadProgressUpdate updateType */
            updateType?: (number|null);

            /** FileDownloadProgressUpdate name */
            name?: (string|null);

            /** FileDownloadProgressUpdate version */
            version?: (bep.Vector.$Properties|null);

            /** FileDownloadProgressUpdate blockIndexes */
            blockIndexes?: (number[]|null);

            /** FileDownloadProgressUpdate blockSize */
            blockSize?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a FileDownloadProgressUpdate. */
        type $Shape = bep.FileDownloadProgressUpdate.$Properties;
    }

    /**
     * Properties of a Ping.
     * @deprecated Use bep.Ping.$Properties instead.
     */
    interface IPing extends bep.Ping.$Properties {
    }

    /** Represents a Ping. */
    class Ping {

        /**
         * Constructs a new Ping.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Ping.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /**
         * Creates a new Ping instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Ping instance
         */
        static create(properties: bep.Ping.$Shape): bep.Ping & bep.Ping.$Shape;
        static create(properties?: bep.Ping.$Properties): bep.Ping;

        /**
         * Encodes the specified Ping message. Does not implicitly {@link bep.Ping.verify|verify} messages.
         * @param message Ping message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Ping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Ping message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Ping & bep.Ping.$Shape} Ping
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Ping & bep.Ping.$Shape;
    }

    namespace Ping {

        /** Properties of a Ping. */
        interface $Properties {

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Ping. */
        type $Shape = bep.Ping.$Properties;
    }

    /**
     * Properties of a Close.
     * @deprecated Use bep.Close.$Properties instead.
     */
    interface IClose extends bep.Close.$Properties {
    }

    /** Represents a Close. */
    class Close {

        /**
         * Constructs a new Close.
         * @param [properties] Properties to set
         */
        constructor(properties?: bep.Close.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Close reason. */
        reason: string;

        /**
         * Creates a new Close instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Close instance
         */
        static create(properties: bep.Close.$Shape): bep.Close & bep.Close.$Shape;
        static create(properties?: bep.Close.$Properties): bep.Close;

        /**
         * Encodes the specified Close message. Does not implicitly {@link bep.Close.verify|verify} messages.
         * @param message Close message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: bep.Close.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Close message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {bep.Close & bep.Close.$Shape} Close
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bep.Close & bep.Close.$Shape;
    }

    namespace Close {

        /** Properties of a Close. */
        interface $Properties {

            /** Close reason */
            reason?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Close. */
        type $Shape = bep.Close.$Properties;
    }
}
