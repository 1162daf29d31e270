package io.sparkoptimizer.core.analysis;

/** What spilled bytes cost. */
final class Spill {
  /** Written and read again with sorting and compression, as one figure: 100 MB/s of spilled bytes. */
  private static final double BYTES_PER_MS = 100_000;

  private Spill() {}

  /** Estimated slot time, in milliseconds. */
  static long estimatedMs(long diskBytesSpilled) {
    return Math.round(diskBytesSpilled / BYTES_PER_MS);
  }
}
