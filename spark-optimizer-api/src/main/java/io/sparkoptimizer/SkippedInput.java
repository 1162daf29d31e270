package io.sparkoptimizer;

/**
 * Something that was passed over, and why.
 *
 * @param path as it was given or found
 * @param reason one line
 */
public record SkippedInput(String path, String reason) {}
