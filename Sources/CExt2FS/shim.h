#pragma once
#include <et/com_err.h>
#include <ext2fs/ext2fs.h>

// `unix_io_manager` is a variable that Swift takes for shared mutable state, and the rest are macros or bit fields.

// Opens the file system at `offset` bytes of the file for reading alone. Checksums are verified where it has some.
static inline errcode_t ext2_open_at(const char *path, const char *offset, ext2_filsys *fs) {
  initialize_ext2_error_table();
  return ext2fs_open2(path, offset, EXT2_FLAG_64BITS, 0, 0, unix_io_manager, fs);
}

// What its superblock says of how it was left.
typedef struct {
  uint64_t block_size, blocks, free_blocks;
  int is_valid, has_errors, needs_recovery, has_orphans, is_due;
} ext2_summary;

static inline ext2_summary ext2_summarise(ext2_filsys fs) {
  struct ext2_super_block *s = fs->super;
  ext2_summary summary = {
      .block_size = fs->blocksize,
      .blocks = ext2fs_blocks_count(s),
      .free_blocks = ext2fs_free_blocks_count(s),
      .is_valid = (s->s_state & EXT2_VALID_FS) != 0,
      .has_errors = (s->s_state & EXT2_ERROR_FS) != 0 || s->s_error_count != 0,
      .needs_recovery = ext2fs_has_feature_journal_needs_recovery(s) != 0,
      .has_orphans = s->s_last_orphan != 0,
      .is_due = (int16_t)s->s_max_mnt_count > 0 && s->s_mnt_count >= (uint16_t)s->s_max_mnt_count,
  };
  return summary;
}

static inline uint32_t ext2_owner(const struct ext2_inode *inode) { return inode_uid(*inode); }
static inline uint32_t ext2_group(const struct ext2_inode *inode) { return inode_gid(*inode); }
static inline uint64_t ext2_size(struct ext2_inode *inode) { return EXT2_I_SIZE(inode); }
