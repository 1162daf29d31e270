package io.sparkoptimizer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that says when it can no longer be written. A {@code PrintWriter} swallows an
 * {@link IOException}; an unchecked one ends the command. After the first failure nothing more is
 * written and nothing more is thrown.
 */
final class StandardOutput extends OutputStream {
  private final OutputStream target;
  private @Nullable IOException failure;
  private boolean begun;

  StandardOutput(OutputStream target) {
    this.target = target;
  }

  /** Whether anything was written, or tried. */
  boolean begun() {
    return begun;
  }

  /** Why it can no longer be written; null while it can. */
  @Nullable
  IOException failure() {
    return failure;
  }

  /** Whether the reader went away, as {@code head} does: no fault of anybody's. */
  boolean readerGone() {
    String message = failure == null ? null : failure.getMessage();
    return message != null && (message.contains("Broken pipe") || message.contains("EPIPE"));
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    begun = true;
    attempt(() -> target.write(bytes, offset, length));
  }

  @Override
  public void flush() {
    attempt(target::flush);
  }

  private void attempt(Writing writing) {
    if (failure != null) {
      return;
    }
    try {
      writing.run();
    } catch (IOException e) {
      failure = e;
      throw new UncheckedIOException("cannot write the standard output: " + e.getMessage(), e);
    }
  }

  private interface Writing {
    void run() throws IOException;
  }
}
