package io.sparkoptimizer.sparktests;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Absolute paths inside text, and which of them tell of a machine. */
final class MachinePaths {

  /** Folders that a cleaned log may name: where such data, jobs and programs would lie on any cluster. */
  static final List<String> NEUTRAL = List.of("/data", "/opt/spark", "/opt/jobs", "/opt/java");

  /** Spark's own addresses that look like paths: those of its metrics servlets. */
  private static final List<String> NOT_FILES = List.of("/metrics");

  /** First folders of the systems that people run Spark on: a path of one segment counts only if it is one of these. */
  private static final Pattern ROOT_FOLDER = Pattern.compile(
      "/(?:root|home|Users|tmp|var|private|usr|etc|opt|mnt|media|srv|run|dev|proc|sys|lib|lib64|bin|sbin|work|workspace|app|hadoop|databricks|dbfs|Volumes|emr|local_disk0)\\b");

  /** A slash that begins a path, not one inside a word, an address or after a number, and what follows it. */
  private static final Pattern ABSOLUTE = Pattern.compile(
      "(?:(?<=file://)|(?<=file:)|(?<![\\w/.)*\\]}-]))/(?!/)[\\w.+@%=~$-]+(?:/+[\\w.+@%=~$-]+)*/?");

  private static final Pattern WINDOWS =
      Pattern.compile("\\b[A-Za-z]:\\\\[\\w.-]+(?:\\\\[\\w.-]+)*");

  private MachinePaths() {}

  /** Replaces each path that tells of a machine; the others stay. */
  static String replace(String text, UnaryOperator<String> replacement) {
    String slashes = text.indexOf('/') < 0 ? text : replace(ABSOLUTE, text, replacement);
    return slashes.indexOf('\\') < 0 ? slashes : replace(WINDOWS, slashes, replacement);
  }

  private static String replace(Pattern pattern, String text, UnaryOperator<String> replacement) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      String path = matcher.group();
      matcher.appendReplacement(
          result, Matcher.quoteReplacement(tellsOfMachine(path) ? replacement.apply(path) : path));
    }
    return matcher.appendTail(result).toString();
  }

  static boolean tellsOfMachine(String path) {
    if (!path.startsWith("/")) {
      return true;
    }
    if (NEUTRAL.stream().anyMatch(n -> isIn(path, n))
        || NOT_FILES.stream().anyMatch(n -> isIn(path, n))) {
      return false;
    }
    return path.indexOf('/', 1) > 0 || ROOT_FOLDER.matcher(path).matches();
  }

  /** Whether {@code path} is {@code folder} or below it. */
  static boolean isIn(String path, String folder) {
    return path.startsWith(folder)
        && (path.length() == folder.length() || path.charAt(folder.length()) == '/');
  }
}
