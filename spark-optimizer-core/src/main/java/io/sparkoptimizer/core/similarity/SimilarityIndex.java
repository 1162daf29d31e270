package io.sparkoptimizer.core.similarity;

import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the jobs that are most alike among many: exactly those that comparing with all of them finds, in
 * the same order.
 *
 * <p>Most entries lie in {@link Blocks}; what came later lies in a short list beside them that is looked
 * through as it is. When that list is full, all go into new blocks: each entry is so put in order a few
 * times in its life. docs/performance.md counts the bytes of an entry.
 *
 * <p>Thread-safe, for one writer at a time: questions go on side by side, also while new
 * blocks are made, and wait only while an entry is written.
 */
public final class SimilarityIndex {
  /** Entries that are looked through one by one: at least so many, or this share of all. */
  private static final int LEAST_BESIDE = 2_048;

  private static final int SHARE_BESIDE = 16;

  private final Metric metric;
  private final int width;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private Blocks blocks;
  private int[] rows;
  private char[] masks;
  private @Nullable String[] signatures;

  /** Entries beside the blocks, those taken out among them. */
  private int beside;

  /** Slots by signature: 0 is free, slot + 1 taken; those of blocks come first. Never full. */
  private int[] slots;

  private int slotsUsed;
  private int size;

  public SimilarityIndex(Metric metric) {
    this.metric = metric;
    this.width = metric.coordinates();
    this.blocks = new Blocks(metric, new int[0], new String[0], 0);
    this.rows = new int[LEAST_BESIDE * width];
    this.masks = new char[LEAST_BESIDE];
    this.signatures = new String[LEAST_BESIDE];
    this.slots = new int[4 * LEAST_BESIDE];
  }

  /** Of these entries from the start: faster than one by one. */
  public static SimilarityIndex of(Metric metric, Map<String, int[]> entries) {
    SimilarityIndex index = new SimilarityIndex(metric);
    int[] vectors = new int[Math.multiplyExact(entries.size(), index.width)];
    String[] names = new String[entries.size()];
    int next = 0;
    for (Map.Entry<String, int[]> entry : entries.entrySet()) {
      System.arraycopy(entry.getValue(), 0, vectors, next * index.width, index.width);
      names[next++] = entry.getKey();
    }
    index.replace(new Blocks(metric, vectors, names, next));
    return index;
  }

  /** Entries. */
  public int size() {
    lock.readLock().lock();
    try {
      return size;
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * The entries that are most alike, best first; equals go by signature.
   *
   * @param vector made by the metric's {@link Metric#vector}
   * @param most at most so many, 1 or more
   * @param minSimilarity at least so much alike
   * @param excluded signatures that are passed over
   */
  public List<Match> nearest(
      int[] vector, int most, double minSimilarity, Predicate<String> excluded) {
    if (most < 1) {
      throw new IllegalArgumentException("most must be 1 or more, was " + most);
    }
    Search search = new Search(metric, vector, most, minSimilarity, excluded);
    lock.readLock().lock();
    try {
      search.scan(rows, masks, signatures, 0, beside);
      blocks.search(search);
    } finally {
      lock.readLock().unlock();
    }
    return search.best();
  }

  /** Adds an entry, or puts it in place of the one of the same signature. */
  public synchronized void put(String signature, int[] vector) {
    if (vector.length != width) {
      throw new IllegalArgumentException(
          "a vector has " + width + " coordinates, not " + vector.length);
    }
    // Only this thread writes: until it takes the lock nothing changes for those who ask.
    if (beside == signatures.length || 2 * slotsUsed + 2 > slots.length) {
      gather();
    }
    lock.writeLock().lock();
    try {
      int at = find(signature);
      int slot = slots[at] - 1;
      if (slot < blocks.size()) {
        if (slot >= 0) {
          blocks.remove(slot);
        } else {
          slotsUsed++;
          size++;
        }
        slot = blocks.size() + beside++;
        slots[at] = slot + 1;
      } else if (signatures[slot - blocks.size()] == null) {
        throw new IllegalStateException("slot " + slot + " is of no entry");
      }
      int row = slot - blocks.size();
      System.arraycopy(vector, 0, rows, row * width, width);
      masks[row] = Metric.known(vector, 0, width);
      signatures[row] = signature;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Takes an entry out, if there is one. */
  public synchronized void remove(String signature) {
    lock.writeLock().lock();
    try {
      int at = find(signature);
      int slot = slots[at] - 1;
      if (slot < 0) {
        return;
      }
      if (slot < blocks.size()) {
        blocks.remove(slot);
      } else {
        signatures[slot - blocks.size()] = null;
      }
      size--;
      unlink(at);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private @Nullable String signature(int slot) {
    return slot < blocks.size() ? blocks.signature(slot) : signatures[slot - blocks.size()];
  }

  private int home(String signature) {
    int hash = signature.hashCode() * 0x9E3779B9;
    return (hash >>> 8 ^ hash) & (slots.length - 1);
  }

  /** Where the signature's slot is, or the free place where it would be. */
  private int find(String signature) {
    int at = home(signature);
    while (slots[at] != 0 && !signature.equals(signature(slots[at] - 1))) {
      at = at + 1 & slots.length - 1;
    }
    return at;
  }

  /** Frees a place, and moves those up that had to go past it (Knuth 6.4, algorithm R). */
  private void unlink(int freed) {
    int free = freed;
    slots[free] = 0;
    slotsUsed--;
    for (int at = free + 1 & slots.length - 1; slots[at] != 0; at = at + 1 & slots.length - 1) {
      String signature = signature(slots[at] - 1);
      if (signature == null) {
        throw new IllegalStateException("place " + at + " is of no entry");
      }
      int home = home(signature);
      if ((at - home & slots.length - 1) >= (at - free & slots.length - 1)) {
        slots[free] = slots[at];
        slots[at] = 0;
        free = at;
      }
    }
  }

  /** Puts all entries into new blocks. */
  private void gather() {
    int[] vectors = new int[size * width];
    String[] names = new String[size];
    int next = 0;
    for (int slot = 0; slot < blocks.size() + beside; slot++) {
      String signature = signature(slot);
      if (signature != null) {
        if (slot < blocks.size()) {
          blocks.copyRow(slot, vectors, next);
        } else {
          System.arraycopy(rows, (slot - blocks.size()) * width, vectors, next * width, width);
        }
        names[next++] = signature;
      }
    }
    replace(new Blocks(metric, vectors, names, next));
  }

  private void replace(Blocks gathered) {
    int room = Math.max(LEAST_BESIDE, gathered.size() / SHARE_BESIDE);
    lock.writeLock().lock();
    try {
      blocks = gathered;
      beside = 0;
      rows = new int[room * width];
      masks = new char[room];
      signatures = new String[room];
      slots = new int[Integer.highestOneBit(2 * (gathered.size() + room)) * 2];
      size = gathered.size();
      slotsUsed = size;
      for (int slot = 0; slot < size; slot++) {
        String signature = gathered.signature(slot);
        if (signature != null) {
          slots[find(signature)] = slot + 1;
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
