package io.sparkoptimizer.core.eventlog;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * What compresses a log, told by its first bytes: names lie (extensionless zstd, gzip parts beside
 * plain ones).
 */
enum Codec {
  PLAIN("") {
    @Override
    InputStream decompress(InputStream in) {
      return in;
    }
  },
  ZSTD("(\u00B5/\u00FD") {
    @Override
    InputStream decompress(InputStream in) {
      ZstdFrameInputStream frames = new ZstdFrameInputStream(in);
      return frames.reportingCut(new ZstdInputStream(frames));
    }
  },
  LZ4("LZ4Block") {
    @Override
    InputStream decompress(InputStream in) {
      return new Lz4BlockInputStream(in);
    }
  },
  SNAPPY("\u0082SNAPPY\u0000") {
    @Override
    InputStream decompress(InputStream in) {
      return new SnappyBlockInputStream(in);
    }
  },
  LZF("ZV") {
    @Override
    InputStream decompress(InputStream in) {
      return new LzfBlockInputStream(in);
    }
  },
  GZIP("\u001F\u008B") {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new GzipMembersInputStream(in);
    }
  },
  /** An archive, not a stream: its entries are logs. One without entries begins with its end. */
  ZIP("PK\u0003\u0004") {
    @Override
    boolean begins(String head) {
      return super.begins(head) || head.startsWith("PK\u0005\u0006");
    }

    @Override
    InputStream decompress(InputStream in) throws IOException {
      throw new IOException("a zip inside of another file is not read; unpack it first");
    }
  };

  private static final int LONGEST_MAGIC = 8;

  /** One character a byte. */
  private final String magic;

  Codec(String magic) {
    this.magic = magic;
  }

  boolean begins(String head) {
    return head.startsWith(magic);
  }

  abstract InputStream decompress(InputStream in) throws IOException;

  /** Looks at the first bytes and puts them back. */
  static Codec of(BufferedInputStream in) throws IOException {
    in.mark(LONGEST_MAGIC);
    String head = new String(in.readNBytes(LONGEST_MAGIC), StandardCharsets.ISO_8859_1);
    in.reset();
    for (Codec codec : values()) {
      if (codec != PLAIN && codec.begins(head)) {
        return codec;
      }
    }
    return PLAIN;
  }

  /**
   * Opens a stream through its codec, or through two: logs are re-packed with gzip. Every layer may be
   * cut, and each is guarded right at its decoder: a buffer in between would lose, together with the
   * fault, what was decoded before it.
   */
  static CutTolerantInputStream open(InputStream raw) throws IOException {
    CutTolerantInputStream file = new CutTolerantInputStream(raw, null);
    BufferedInputStream in = new BufferedInputStream(file, 1 << 16);
    Codec outer = of(in);
    if (outer == PLAIN) {
      return new CutTolerantInputStream(in, file);
    }
    CutTolerantInputStream decoded = new CutTolerantInputStream(outer.decompress(in), file);
    BufferedInputStream inside = new BufferedInputStream(decoded, 1 << 16);
    try {
      Codec inner = of(inside);
      return new CutTolerantInputStream(
          inner == PLAIN ? inside : inner.decompress(inside), decoded);
    } catch (IOException | RuntimeException fault) {
      decoded.close();
      throw fault;
    }
  }
}
