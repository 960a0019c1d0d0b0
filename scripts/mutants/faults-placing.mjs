/** Mutants of what the puller does to the disk: bytes that must be there before others go. */
import { edit, mutant } from './mutant.mjs';

const PULLER = 'src/modules/puller';
const CRASH = `${PULLER}/puller-crash.spec.ts`;
const CRASH_PAIRS = 'test/proof/crash-sequences.spec.ts';
const EDITS = `${PULLER}/user-edits.spec.ts`;
const CONFLICTS = `${PULLER}/conflict-copy.spec.ts`;
const DELETES = `${PULLER}/deletes.spec.ts`;
const VERSIONS = `${PULLER}/kept-versions.spec.ts`;
const FS_REAL = 'src/platform/real-folder-fs.spec.ts';

export const placing = [
  mutant(
    'large-file-unflushed',
    'After a power failure a file that was pulled has its name and not its content.',
    [
      edit(
        `${PULLER}/file-finisher.ts`,
        '  await handle.sync();\n  // A flush takes its time',
        '  // A flush takes its time',
      ),
    ],
    [CRASH],
  ),
  mutant(
    'small-file-unflushed',
    'After a power failure a small file that was pulled has its name and not its content.',
    [edit('src/platform/stepwise-files.ts', '    await handle.sync();\n', '')],
    [CRASH],
  ),
  mutant(
    'rename-before-flush',
    'A crash between the two leaves a name whose old content is gone and whose new one is not there.',
    [
      edit('src/platform/stepwise-files.ts', '    await handle.sync();\n', ''),
      edit(
        'src/platform/stepwise-files.ts',
        '  await place(fs, file);\n',
        `  await place(fs, file);
  const placed = await fs.openFile(file.name, 'read');
  await placed.sync();
  await placed.close();
`,
      ),
    ],
    [CRASH],
  ),
  mutant(
    'directory-unflushed',
    'After a power failure the index says of an item that it is here, and its name is lost: seen as deleted by the user.',
    [
      edit(
        `${PULLER}/record-batch.ts`,
        'await forEachConcurrently(wayTo(directories), this.syncs, (directory) => this.sync(directory));',
        '',
      ),
    ],
    [CRASH],
  ),
  mutant(
    'moved-name-unflushed',
    'After a power failure a file that was moved has neither its old name nor its new one.',
    [edit(`${PULLER}/placement.ts`, '  await ctx.batch.syncWay(name);\n', '')],
    [CRASH, CRASH_PAIRS],
  ),
  mutant(
    'record-before-rename',
    'A crash between the two leaves an entry for content that is not there: the old one is announced as newer, or the file as deleted.',
    [
      edit(
        `${PULLER}/file-finisher.ts`,
        '  await ctx.writable.within(parent, () => place(ctx, item, temp.name));\n  ctx.temps.placed(global.name);\n  await ctx.batch.add([recordOf(item, done)], [parent]);',
        '  await ctx.batch.add([recordOf(item, done)], [parent]);\n  await ctx.batch.flush();\n  await ctx.writable.within(parent, () => place(ctx, item, temp.name));\n  ctx.temps.placed(global.name);',
      ),
    ],
    [CRASH, EDITS],
  ),
  mutant(
    'no-last-look-before-rename',
    'What a user wrote while the new content was on its way is overwritten.',
    [
      edit(
        `${PULLER}/placement.ts`,
        '  const stat = await requireAsIndexed(ctx, item);\n',
        '  const stat = await ctx.disk.stat(item.global.name);\n',
      ),
    ],
    [EDITS],
  ),
  mutant(
    'rename-over-what-was-not-seen',
    'What a user wrote between the last look and the rename is overwritten.',
    [
      edit(
        `${PULLER}/last-look.ts`,
        'ctx.fs.rename(from, name, seen)',
        'ctx.fs.rename(from, name)',
      ),
    ],
    [EDITS],
  ),
  mutant(
    'disk-thread-renames-unseen',
    'On a real disk what a user wrote between the last look and the rename is overwritten.',
    [
      edit(
        'src/platform/disk-tasks.ts',
        '      requireSeen(`${task.directory}/${task.name}`, task.name, task.seen);\n      fs.renameSync',
        '      fs.renameSync',
      ),
    ],
    [FS_REAL],
  ),
  mutant(
    'disk-thread-puts-over-anything',
    'On a real disk a small file that is pulled takes the place of one that the user has just made.',
    [
      edit(
        'src/platform/put-files.ts',
        '    fs.linkSync(temp, path);\n',
        '    fs.renameSync(temp, path);\n    return;\n',
      ),
    ],
    [FS_REAL],
  ),
  mutant(
    'disk-thread-renames-over-anything',
    'Where the system can rename, a small file that is pulled takes the place of one that the user has just made.',
    [edit('src/platform/system-calls.ts', 'RENAME_NOREPLACE = 1', 'RENAME_NOREPLACE = 0')],
    [FS_REAL],
  ),
  mutant(
    'new-item-over-anything',
    'A file that is pulled takes the place of one that the user has just made under that name.',
    [
      edit(
        `${PULLER}/placement.ts`,
        '    await ctx.fs.link(from, name);\n',
        '    return await ctx.fs.rename(from, name);\n',
      ),
    ],
    [EDITS],
  ),
  mutant(
    'small-file-over-anything',
    'A small file that is pulled takes the place of one that the user has just made under that name.',
    [
      edit(
        'src/platform/stepwise-files.ts',
        '    await fs.link(tempName, name);\n',
        '    return await fs.rename(tempName, name);\n',
      ),
    ],
    [EDITS],
  ),
  mutant(
    'no-last-look-before-delete',
    'What a user changed and no scan has seen goes with the delete of the version before.',
    [
      edit(
        `${PULLER}/delete-actions.ts`,
        "    if (state === 'changed') throw new ChangedOnDiskError(global.name);\n    return state === 'as-indexed' ? stat : undefined;",
        '    return stat;',
      ),
    ],
    [DELETES, EDITS],
  ),
  mutant(
    'delete-what-was-not-seen',
    'What a user wrote between the last look and the delete is gone.',
    [edit(`${PULLER}/last-look.ts`, 'ctx.fs.removeFile(name, seen)', 'ctx.fs.removeFile(name)')],
    [EDITS],
  ),
  mutant(
    'delete-without-version-check',
    'A delete by someone who did not know of the edit takes the only copy of it.',
    [
      edit(
        `${PULLER}/pull-plan.ts`,
        '  if (!isUnusable(local) && isConcurrent(compareVectors(local.version, global.version))) {',
        '  if (isUnusable(local) && isConcurrent(compareVectors(local.version, global.version))) {',
      ),
      edit(
        `${PULLER}/delete-actions.ts`,
        '  if (losesContent(item, ctx.folder.replicaId)) return keepOurs(ctx, item);\n',
        '',
      ),
    ],
    [DELETES, `${PULLER}/pull-plan.spec.ts`],
  ),
  mutant(
    'edit-kept-but-not-announced',
    'An edit that a delete did not know of stays here and is deleted everywhere else for good.',
    [
      edit(
        `${PULLER}/delete-actions.ts`,
        'const version = updateVector(mergeVectors(local.version, global.version), replicaId, nowS);',
        'const { version } = local;',
      ),
    ],
    [DELETES],
  ),
  mutant(
    'directory-with-unknown-files-removed',
    'With a directory that others delete go files in it that no scan has seen.',
    [
      edit(
        `${PULLER}/delete-actions.ts`,
        'const mayGo = ctx.folder.ignores.match(toNfc(path)).isDeletable;',
        'const mayGo = true;',
      ),
    ],
    [DELETES],
  ),
  mutant(
    'directory-with-ignored-files-removed',
    'With a directory that others delete go files in it that the patterns leave out, the only copies there are.',
    [
      edit(
        `${PULLER}/delete-actions.ts`,
        'ctx.folder.ignores.match(toNfc(path)).isDeletable',
        'ctx.folder.ignores.match(toNfc(path)).isIgnored',
      ),
    ],
    [DELETES],
  ),
  mutant(
    'conflict-copy-left-out',
    'Of two edits of one file that did not know of each other one is gone.',
    [
      edit(
        `${PULLER}/placement.ts`,
        'const kept = await keepLoser(ctx, item);',
        "const kept = 'none';",
      ),
    ],
    [CONFLICTS],
  ),
  mutant(
    'conflict-copy-name-taken',
    'Two conflicts of one file in the same second keep one copy: the other edit is gone.',
    [
      edit(
        `${PULLER}/conflict-copy.ts`,
        "      if (!(error instanceof SyncError) || error.code !== 'exists') throw error;\n    }\n  }\n  throw new SyncError('exists', `no free name for a conflict copy of ${local.name}`, true);\n}\n\n/** 'none'",
        "      if (!(error instanceof SyncError) || error.code !== 'exists') throw error;\n      return { kept: 'linked', copy };\n    }\n  }\n  throw new SyncError('exists', `no free name for a conflict copy of ${local.name}`, true);\n}\n\n/** 'none'",
      ),
    ],
    [CONFLICTS],
  ),
  mutant(
    'conflict-copy-unflushed',
    'After a power failure right after a conflict the losing edit has no name.',
    [
      edit(
        `${PULLER}/conflict-copy.ts`,
        '      ctx.rescan.add(copy);\n      await ctx.fs.syncDirectory(parentOf(copy));\n',
        '      ctx.rescan.add(copy);\n',
      ),
    ],
    [CRASH, CONFLICTS],
  ),
  mutant(
    'version-step-skipped',
    'What others replace or delete is not kept, though the folder keeps versions.',
    [
      edit(
        `${PULLER}/replaced-files.ts`,
        "if (versioner === undefined || seen.type !== 'file' || versioner.isOwn(name)) return act(seen);",
        'return act(seen);',
      ),
    ],
    [VERSIONS],
  ),
  mutant(
    'move-takes-the-user-edit-along',
    'What a user writes into a file while it is moved is gone under the name that it was written to.',
    [edit(`${PULLER}/placement.ts`, '  if (!isSameFile(seen, left)) return false;\n', '')],
    [EDITS],
  ),
  mutant(
    'permissions-through-a-second-name',
    'Permissions and time that others announce for one file change another that is the same on disk.',
    [
      edit(
        `${PULLER}/file-actions.ts`,
        '    if (!isRight && opened.links !== undefined && opened.links > 1) return false;\n',
        '',
      ),
    ],
    [`${PULLER}/metadata-on-disk.spec.ts`],
  ),
  mutant(
    'permissions-through-a-link',
    'Permissions that a peer announces are set on a file outside the folder, through a link put in the place of the file.',
    [
      edit(
        'src/platform/open-flags.ts',
        'const OPEN_READ = constants.O_RDONLY | OPEN_ANY;',
        'const OPEN_READ = constants.O_RDONLY | (OPEN_ANY & ~constants.O_NOFOLLOW);',
      ),
    ],
    [FS_REAL],
  ),
];
