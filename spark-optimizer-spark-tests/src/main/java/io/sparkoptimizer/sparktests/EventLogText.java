package io.sparkoptimizer.sparktests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.ning.compress.lzf.LZFInputStream;
import com.ning.compress.lzf.LZFOutputStream;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4BlockInputStream;
import net.jpountz.lz4.LZ4BlockOutputStream;
import org.xerial.snappy.SnappyInputStream;
import org.xerial.snappy.SnappyOutputStream;

/** The text of event logs as Spark's own libraries would give it: what our reader is held against, so it shares no code with it. */
public final class EventLogText {

  private static final Pattern PART = Pattern.compile("events_(\\d+)_.+");
  private static final JsonFactory JSON = new JsonFactory();

  private EventLogText() {}

  /** How the bytes of a log are packed, told by their beginning and never by the file's name. */
  public enum Codec {
    PLAIN(""),
    GZIP("1f8b"),
    ZSTD("28b52ffd"),
    LZ4("4c5a34426c6f636b"),
    SNAPPY("82534e4150505900"),
    LZF("5a56");

    private static final List<Codec> PACKED = List.of(GZIP, ZSTD, LZ4, SNAPPY, LZF);

    /** The first bytes of a stream, in hexadecimal digits. */
    private final String magic;

    Codec(String magic) {
      this.magic = magic;
    }

    /** The codec of a stream that can be marked; the stream stays where it is. */
    static Codec of(InputStream in) throws IOException {
      in.mark(8);
      String head = HexFormat.of().formatHex(in.readNBytes(8));
      in.reset();
      return PACKED.stream().filter(c -> head.startsWith(c.magic)).findFirst().orElse(PLAIN);
    }

    InputStream unpack(InputStream in) throws IOException {
      return switch (this) {
        case PLAIN -> in;
        case GZIP -> new GZIPInputStream(in);
        case ZSTD -> new ZstdInputStreamNoFinalizer(in).setContinuous(true);
        case LZ4 -> LZ4BlockInputStream.newBuilder().withStopOnEmptyBlock(false).build(in);
        case SNAPPY -> new SnappyInputStream(in);
        case LZF -> new LZFInputStream(in);
      };
    }

    OutputStream pack(OutputStream out) throws IOException {
      return switch (this) {
        case PLAIN -> out;
        case GZIP -> new GZIPOutputStream(out);
        case ZSTD -> new ZstdOutputStreamNoFinalizer(out, /* level= */ 12);
        case LZ4 -> new LZ4BlockOutputStream(out);
        case SNAPPY -> new SnappyOutputStream(out);
        case LZF -> new LZFOutputStream(out);
      };
    }
  }

  /** The codec of a file. */
  public static Codec codec(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return Codec.of(in);
    }
  }

  /** The files of a log in reading order: the file itself, or the numbered parts of an {@code eventlog_v2_*} folder. */
  public static List<Path> parts(Path log) throws IOException {
    if (!Files.isDirectory(log)) {
      return List.of(log);
    }
    try (Stream<Path> files = Files.list(log)) {
      return files
          .filter(f -> PART.matcher(f.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(EventLogText::number))
          .toList();
    }
  }

  private static long number(Path part) {
    Matcher matcher = PART.matcher(part.getFileName().toString());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /**
   * All lines of a log, parts and all.
   *
   * @throws IOException also if a packed stream is cut or damaged
   */
  public static List<String> lines(Path log) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path part : parts(log)) {
      try (InputStream in = Files.newInputStream(part)) {
        read(in, lines);
      }
    }
    return lines;
  }

  /** The lines of one file's bytes, packed or not, up to where a packed stream is cut or damaged. */
  static List<String> linesUpToDamage(InputStream packed) {
    List<String> lines = new ArrayList<>();
    try {
      read(packed, lines);
    } catch (IOException damage) {
      // what was there is what there is
    }
    return lines;
  }

  private static void read(InputStream packed, List<String> lines) throws IOException {
    InputStream in = new BufferedInputStream(packed);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(Codec.of(in).unpack(in), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      lines.add(line);
    }
  }

  /**
   * The event names of a log, a name per line, each line read to its end as JSON.
   *
   * @throws IOException if a line is not a JSON object with an {@code Event}; the message names the line
   */
  public static List<String> names(Path log) throws IOException {
    List<String> names = new ArrayList<>();
    for (String line : lines(log)) {
      try {
        names.add(name(line));
      } catch (IOException e) {
        throw new IOException(
            log + " line " + (names.size() + 1) + " is not an event: " + e.getMessage(), e);
      }
    }
    return names;
  }

  private static String name(String line) throws IOException {
    String name = "";
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        if (field.equals("Event")) {
          name = parser.getText();
        }
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new IOException("more than one object");
      }
    }
    if (name.isEmpty()) {
      throw new IOException("no \"Event\"");
    }
    return name;
  }
}
