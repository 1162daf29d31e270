package io.sparkoptimizer.core.eventlog;

/** A stream that knows how many bytes of a file its own come from: those of a zip are fewer. */
interface StoredBytes {
  long storedBytes();
}
