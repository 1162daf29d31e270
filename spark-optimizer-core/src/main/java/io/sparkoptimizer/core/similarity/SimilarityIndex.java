package io.sparkoptimizer.core.similarity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;

/**
 * Finds the jobs that are most alike among many: exactly those that comparing with all of them finds, in
 * the same order.
 *
 * <p>A VA-file (Weber, Schek and Blott 1998): a question goes through a byte for each coordinate of each
 * entry, a quarter of what comparing with all of them reads, and compares with those that it cannot rule
 * out by these. Entries lie one after another in {@link Page}s; nothing is ever put in order, so that
 * adding one, or taking one out, costs the same whenever it comes. docs/performance.md counts the bytes of
 * an entry.
 *
 * <p>Thread-safe, for one writer at a time: questions go on side by side and wait only while an entry is
 * written.
 */
public final class SimilarityIndex {
  /** Pages are looked through in steps of this, a prime, so that no order of entries is a bad one. */
  private static final long STRIDE = 999_983;

  private final Metric metric;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /** Full up to the last; entries have slots 0 to size - 1. */
  private final List<Page> pages = new ArrayList<>();

  private int size;

  /** Slots by signature: 0 is free, slot + 1 taken. At most half is. Only writers look here. */
  private int[] slots = new int[64];

  public SimilarityIndex(Metric metric) {
    this.metric = metric;
  }

  /** Of these entries from the start. */
  public static SimilarityIndex of(Metric metric, Map<String, int[]> entries) {
    SimilarityIndex index = new SimilarityIndex(metric);
    entries.forEach(index::put);
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
    int[] sums = new int[Page.ENTRIES];
    lock.readLock().lock();
    try {
      for (int i = 0; i < pages.size(); i++) {
        pages.get((int) (i * STRIDE % pages.size())).search(search, sums);
      }
    } finally {
      lock.readLock().unlock();
    }
    return search.best();
  }

  /** Adds an entry, or puts it in place of the one of the same signature. */
  public synchronized void put(String signature, int[] vector) {
    if (vector.length != metric.coordinates()) {
      throw new IllegalArgumentException(
          "a vector has " + metric.coordinates() + " coordinates, not " + vector.length);
    }
    if (2 * size >= slots.length) {
      widen();
    }
    int at = find(signature);
    boolean another = slots[at] == 0;
    int slot = another ? size : slots[at] - 1;
    lock.writeLock().lock();
    try {
      if (slot == pages.size() * Page.ENTRIES) {
        pages.add(new Page(metric));
      }
      page(slot).set(slot % Page.ENTRIES, signature, vector);
      size += another ? 1 : 0;
    } finally {
      lock.writeLock().unlock();
    }
    slots[at] = slot + 1;
  }

  /** Takes an entry out, if there is one; the last one comes in its place. */
  public synchronized void remove(String signature) {
    int at = find(signature);
    int slot = slots[at] - 1;
    if (slot < 0) {
      return;
    }
    int last = size - 1;
    String moved = signature(last);
    slots[find(moved)] = slot + 1;
    lock.writeLock().lock();
    try {
      page(slot).set(slot % Page.ENTRIES, moved, page(last).vector(last % Page.ENTRIES));
      page(last).clear(last % Page.ENTRIES);
      if (last % Page.ENTRIES == 0) {
        pages.remove(pages.size() - 1);
      }
      size = last;
    } finally {
      lock.writeLock().unlock();
    }
    unlink(at);
  }

  private Page page(int slot) {
    return pages.get(slot / Page.ENTRIES);
  }

  private String signature(int slot) {
    String signature = page(slot).signature(slot % Page.ENTRIES);
    if (signature == null) {
      throw new IllegalStateException("slot " + slot + " is of no entry");
    }
    return signature;
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
    for (int at = free + 1 & slots.length - 1; slots[at] != 0; at = at + 1 & slots.length - 1) {
      int home = home(signature(slots[at] - 1));
      if ((at - home & slots.length - 1) >= (at - free & slots.length - 1)) {
        slots[free] = slots[at];
        slots[at] = 0;
        free = at;
      }
    }
  }

  private void widen() {
    slots = new int[2 * slots.length];
    for (int slot = 0; slot < size; slot++) {
      slots[find(signature(slot))] = slot + 1;
    }
  }
}
