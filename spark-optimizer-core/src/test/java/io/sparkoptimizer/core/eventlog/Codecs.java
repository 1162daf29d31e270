package io.sparkoptimizer.core.eventlog;

import com.ning.compress.lzf.LZFOutputStream;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.snappy.SnappyCompressor;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Compresses as Spark's codecs and the people who re-pack logs do. */
enum Codecs {
  PLAIN {
    @Override
    OutputStream open(OutputStream out, int blockBytes) {
      return out;
    }
  },
  ZSTD {
    @Override
    OutputStream open(OutputStream out, int blockBytes) throws IOException {
      return new ZstdOutputStream(out);
    }
  },
  LZ4 {
    @Override
    OutputStream open(OutputStream out, int blockBytes) {
      return new Blocks(out, blockBytes) {
        @Override
        byte[] block(byte[] content) {
          Lz4Compressor compressor = new Lz4Compressor();
          byte[] packed = new byte[compressor.maxCompressedLength(content.length)];
          int length = compressor.compress(content, 0, content.length, packed, 0, packed.length);
          return lz4Block(content, 0x20, Arrays.copyOf(packed, length));
        }

        @Override
        byte[] end() {
          return lz4Block(new byte[0], 0x10, new byte[0]);
        }
      };
    }
  },
  SNAPPY {
    @Override
    OutputStream open(OutputStream out, int blockBytes) throws IOException {
      out.write(new byte[] {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1});
      return new Blocks(out, blockBytes) {
        @Override
        byte[] block(byte[] content) {
          SnappyCompressor compressor = new SnappyCompressor();
          byte[] packed = new byte[compressor.maxCompressedLength(content.length)];
          int length = compressor.compress(content, 0, content.length, packed, 0, packed.length);
          return ByteBuffer.allocate(4 + length)
              .putInt(length)
              .put(packed, 0, length)
              .array();
        }

        @Override
        byte[] end() {
          return new byte[0];
        }
      };
    }
  },
  LZF {
    @Override
    OutputStream open(OutputStream out, int blockBytes) {
      return new LZFOutputStream(out);
    }
  },
  GZIP {
    @Override
    OutputStream open(OutputStream out, int blockBytes) throws IOException {
      return new GZIPOutputStream(out);
    }
  };

  /** Spark's default for lz4 and snappy. */
  static final int SPARK_BLOCK_BYTES = 32 << 10;

  abstract OutputStream open(OutputStream out, int blockBytes) throws IOException;

  byte[] compress(byte[] content) {
    return compress(content, SPARK_BLOCK_BYTES);
  }

  /** In blocks of that size, where the codec has blocks. */
  byte[] compress(byte[] content, int blockBytes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = open(bytes, blockBytes)) {
      out.write(content);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
    return bytes.toByteArray();
  }

  private static byte[] lz4Block(byte[] content, int method, byte[] packed) {
    return ByteBuffer.allocate(21 + packed.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("LZ4Block".getBytes(StandardCharsets.US_ASCII))
        .put((byte) (method | 5))
        .putInt(packed.length)
        .putInt(content.length)
        .putInt(content.length == 0 ? 0 : XxHash32.hash(content, 0x9747b28c) & 0x0FFFFFFF)
        .put(packed)
        .array();
  }

  /** Cuts what is written to it into blocks. */
  private abstract static class Blocks extends OutputStream {
    private final OutputStream out;
    private final int blockBytes;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    Blocks(OutputStream out, int blockBytes) {
      this.out = out;
      this.blockBytes = blockBytes;
    }

    abstract byte[] block(byte[] content);

    abstract byte[] end();

    @Override
    public void write(int b) throws IOException {
      pending.write(b);
      if (pending.size() == blockBytes) {
        writePending();
      }
    }

    private void writePending() throws IOException {
      if (pending.size() > 0) {
        out.write(block(pending.toByteArray()));
        pending.reset();
      }
    }

    @Override
    public void close() throws IOException {
      writePending();
      out.write(end());
      out.close();
    }
  }
}
