package io.sparkoptimizer.sparktests;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of many logs: the sample logs again and again, each copy under an application id of its
 * own. docs/performance.md has the command.
 */
public final class SampleCopies {
  private static final Pattern APP_ID = Pattern.compile("\"App ID\":\"([^\"]+)\"");

  private SampleCopies() {}

  /** Arguments: the folder of the samples, the folder to write to, and how many logs there shall be. */
  public static void main(String[] arguments) throws IOException {
    int logs = write(Path.of(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    System.out.println(logs + " logs written to " + arguments[1]);
  }

  /**
   * Writes the logs that are not there yet, so that a larger number adds to what a smaller one left.
   *
   * @return how many were written
   */
  public static int write(Path samples, Path folder, int logs) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(samples)) {
      files = all.filter(file -> file.toString().endsWith(".zstd")).sorted().toList();
    }
    List<String> texts = new ArrayList<>();
    for (Path file : files) {
      try (InputStream in = new ZstdInputStreamNoFinalizer(Files.newInputStream(file))) {
        texts.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    Files.createDirectories(folder);
    int written = 0;
    for (int log = 0; log < logs; log++) {
      int sample = log % files.size();
      int copy = log / files.size();
      Path file = folder.resolve(copy + "-" + files.get(sample).getFileName());
      if (!Files.exists(file)) {
        write(file, texts.get(sample), copy);
        written++;
      }
    }
    return written;
  }

  private static void write(Path file, String text, int copy) throws IOException {
    Matcher id = APP_ID.matcher(text);
    if (!id.find()) {
      throw new IllegalArgumentException(file + ": the sample names no application");
    }
    try (OutputStream out = new ZstdOutputStreamNoFinalizer(Files.newOutputStream(file))) {
      out.write(
          text.replace(id.group(1), id.group(1) + "-" + copy).getBytes(StandardCharsets.UTF_8));
    }
  }
}
