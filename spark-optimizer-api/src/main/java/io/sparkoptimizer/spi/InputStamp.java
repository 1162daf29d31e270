package io.sparkoptimizer.spi;

/**
 * What an input looked like when it was read: equal stamps mean that it need not be read again.
 *
 * @param location where it is; unique within a source name
 * @param sizeBytes of all its parts together
 * @param modifiedMs the latest modification of a part, in milliseconds since the epoch
 */
public record InputStamp(String location, long sizeBytes, long modifiedMs) {}
