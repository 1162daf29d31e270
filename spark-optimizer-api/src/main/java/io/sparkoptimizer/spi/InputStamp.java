package io.sparkoptimizer.spi;

/**
 * What an input looked like when it was read: equal stamps mean that it need not be read again.
 *
 * @param location where it is; unique within a source name. One that ends in {@value #IN_PROGRESS} is
 *     of an input that was still written, or of one with many runs that is not yet read to its end,
 *     and gives way to the same location without that ending
 * @param sizeBytes of all its parts together
 * @param modifiedMs the latest modification of a part, in milliseconds since the epoch
 */
public record InputStamp(String location, long sizeBytes, long modifiedMs) {
  /** What Spark adds to the name of a log while it is written. */
  public static final String IN_PROGRESS = ".inprogress";
}
