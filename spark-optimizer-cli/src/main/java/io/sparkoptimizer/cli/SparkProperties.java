package io.sparkoptimizer.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * {@code spark-defaults.conf}, read as Spark reads it: a Java properties file in UTF-8, so {@code key
 * value}, {@code key=value} and {@code # comment}; what does not begin with {@code spark.} is left
 * out.
 */
final class SparkProperties {
  private SparkProperties() {}

  /**
   * @param ignored told each key that is no Spark property
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it holds a malformed {@code \}{@code u} escape
   */
  static Map<String, String> read(Path file, Consumer<String> ignored) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    Map<String, String> spark = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith("spark.")) {
        spark.put(key, properties.getProperty(key).strip());
      } else {
        ignored.accept(key);
      }
    }
    return spark;
  }

  /** A line that {@link #read} reads back. */
  static String line(String key, String value) {
    StringBuilder line = new StringBuilder(key).append(' ');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        case '\f' -> line.append("\\f");
        // After the gap these would count as the separator of key and value.
        case ' ', '=', ':' -> line.append(i == 0 ? "\\" : "").append(c);
        default -> line.append(c);
      }
    }
    return line.toString();
  }
}
