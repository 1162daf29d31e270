package io.sparkoptimizer.core.eventlog;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Ends where its source breaks, and remembers why. A driver that died leaves a stream that ends inside
 * of a block: what stands before it is worth reading. Decoders report broken input with unchecked
 * exceptions too.
 */
final class CutTolerantInputStream extends FilterInputStream {
  private final @Nullable CutTolerantInputStream below;
  private @Nullable Exception fault;

  /**
   * @param below the stream that this one decodes, where it is such a stream too
   */
  CutTolerantInputStream(InputStream in, @Nullable CutTolerantInputStream below) {
    super(in);
    this.below = below;
  }

  /** Why the stream ended early; null where it did not. The lowest layer's fault is the cause. */
  @Nullable
  Exception fault() {
    Exception cause = below == null ? null : below.fault();
    return cause == null ? fault : cause;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (fault != null) {
      return -1;
    }
    try {
      return in.read(to, offset, length);
    } catch (IOException | RuntimeException broken) {
      fault = broken;
      return -1;
    }
  }
}
