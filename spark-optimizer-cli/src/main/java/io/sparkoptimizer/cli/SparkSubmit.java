package io.sparkoptimizer.cli;

import io.sparkoptimizer.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Spark properties as arguments of {@code spark-submit}, quoted for a POSIX shell. */
final class SparkSubmit {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** Properties with an option of their own, in the order people write them. */
  private static final Map<String, String> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put("spark.executor.instances", "--num-executors");
    OPTIONS.put("spark.executor.cores", "--executor-cores");
    OPTIONS.put("spark.executor.memory", "--executor-memory");
    OPTIONS.put("spark.driver.memory", "--driver-memory");
    OPTIONS.put("spark.driver.cores", "--driver-cores");
  }

  private SparkSubmit() {}

  /** Each option with its value, quoted. */
  static List<String> options(Map<String, String> conf, Optional<Platform> platform) {
    // spark-submit passes --num-executors on to YARN and Kubernetes only.
    boolean counted = platform.isEmpty()
        || (platform.get() != Platform.STANDALONE && platform.get() != Platform.LOCAL);
    Map<String, String> rest = new TreeMap<>(conf);
    List<String> options = new ArrayList<>();
    OPTIONS.forEach((property, option) -> {
      String value = conf.get(property);
      if (value != null && (counted || !option.equals("--num-executors"))) {
        options.add(option + " " + quote(value));
        rest.remove(property);
      }
    });
    rest.forEach((key, value) -> options.add("--conf " + quote(key + "=" + value)));
    return options;
  }

  /** A whole command, one option a line. */
  static String command(Map<String, String> conf, Optional<Platform> platform, String application) {
    List<String> parts = new ArrayList<>();
    parts.add("spark-submit");
    parts.addAll(options(conf, platform));
    parts.add(quote(application));
    return String.join(" \\\n  ", parts);
  }

  /** One word for the shell, whatever is in it, on one line. */
  static String quote(String text) {
    if (PLAIN.matcher(text).matches()) {
      return text;
    }
    if (!CONTROL.matcher(text).find()) {
      return "'" + text.replace("'", "'\\''") + "'";
    }
    StringBuilder quoted = new StringBuilder("$'");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\', '\'' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        case '\r' -> quoted.append("\\r");
        default ->
          quoted.append(
              Character.isISOControl(c) && c < 0x80 ? Text.format("\\x%02x", (int) c) : c);
      }
    }
    return quoted.append('\'').toString();
  }
}
