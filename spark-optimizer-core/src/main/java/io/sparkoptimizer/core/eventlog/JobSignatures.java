package io.sparkoptimizer.core.eventlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says which runs are runs of the same job, with no key from the user. In this order: {@code
 * spark.sparkoptimizer.job}; what a scheduler, Databricks or Kubernetes wrote into the configuration; the
 * application's name with dates, ids, run numbers and words of the configuration taken out, and the
 * main class or script. docs/job-signature.md lists the rules.
 */
public final class JobSignatures {
  static final String EXPLICIT = "spark.sparkoptimizer.job";

  /** Properties that name a job the same way at every run, most telling first; joined per row. */
  private static final List<List<String>> TAGS = List.of(
      List.of("spark.airflow.dag_id", "spark.airflow.task_id"),
      List.of("spark.kubernetes.driver.label.dag_id", "spark.kubernetes.driver.label.task_id"),
      List.of("spark.openlineage.parentJobNamespace", "spark.openlineage.parentJobName"),
      List.of("spark.hadoop.azkaban.flow.flowid", "spark.hadoop.azkaban.job.id"),
      List.of("spark.databricks.job.id", "spark.databricks.job.taskKey"),
      List.of("spark.databricks.job.id"));

  private static final Pattern DATABRICKS_JOB_CLUSTER = Pattern.compile("job-([0-9]+)-run-.*");

  /** Whole words that change from run to run. */
  private static final Pattern CHANGING_WORD = Pattern.compile("[0-9]+"
      + "|[0-9]+x[0-9]+" // executors x cores
      + "|[0-9]+(?:\\.[0-9]+)?(?:[kmgt]i?b?|b)" // sizes
      + "|[prx][0-9]+" // partitions, run, repetition
      + "|(?:run|attempt|try|v|part|batch|id|no)[0-9]+"
      + "|[0-9]+(?:h|min|s|ms|d)"
      + "|t?[0-9]{4,}t?[0-9]*z?" // 20261101t0300z
      + "|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
      + "|[0-9]{0,4}(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
      + "|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[0-9]{0,4}"
      + "|[0-9a-f]*[0-9][0-9a-f]*(?<=[0-9a-f]{8})"); // ids in hex, 8 and more

  /** A name is read no further: the patterns take the square of a word's length. */
  private static final int MAX_NAME_CHARS = 300;

  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  /** {@code 2026-11-01}, {@code 01.11.2026}, {@code 2026_11}, each with or without a time of day. */
  private static final Pattern DATE = Pattern.compile(
      "(?<![0-9])(?:[0-9]{4}[-_./]?[0-9]{2}[-_./]?[0-9]{2}|[0-9]{2}[-_./][0-9]{2}[-_./][0-9]{4}"
          + "|(?:19|20)[0-9]{2}[-_./][0-9]{2})(?:[t _-]?[0-9]{2}(?:[:._-]?[0-9]{2}){0,2}z?)?(?![0-9])");

  /** A small number between words is part of a name: {@code customer-360-join}, {@code step-2-load}. */
  private static final Pattern SMALL_NUMBER = Pattern.compile("[0-9]{1,3}");

  private static final Pattern NUMBERED =
      Pattern.compile("\\b(?:run|attempt|try|retry|batch)[\\s_#:.-]{1,3}[0-9]+(?![a-z0-9])");
  private static final Pattern SEPARATORS = Pattern.compile("[\\s_:/\\\\.,;|=+()\\[\\]{}#@~-]+");

  private JobSignatures() {}

  static String of(Map<String, String> configuration, @Nullable String name, Program program) {
    String explicit = configuration.get(EXPLICIT);
    if (explicit != null && !explicit.isBlank()) {
      return explicit.strip();
    }
    for (List<String> properties : TAGS) {
      List<String> values = new ArrayList<>();
      for (String property : properties) {
        String value = configuration.get(property);
        if (value != null && !value.isBlank()) {
          values.add(value.strip());
        }
      }
      if (values.size() == properties.size()) {
        return String.join("/", values);
      }
    }
    Matcher cluster = DATABRICKS_JOB_CLUSTER.matcher(
        configuration.getOrDefault("spark.databricks.clusterUsageTags.clusterName", ""));
    if (cluster.matches()) {
      return "databricks-job/" + cluster.group(1);
    }
    String stable = stableName(name == null ? "" : name);
    String main = program.main();
    return main == null ? stable : stable.isEmpty() ? main : stable + "@" + main;
  }

  /** The name without what changes from run to run, in lower case, its words joined by {@code -}. */
  public static String stableName(String whole) {
    String name = whole.substring(0, Math.min(whole.length(), MAX_NAME_CHARS));
    String lower = UUID.matcher(name.toLowerCase(Locale.ROOT)).replaceAll(" ");
    lower = DATE.matcher(lower).replaceAll(" ");
    lower = NUMBERED.matcher(lower).replaceAll(" ");
    List<String> all =
        Stream.of(SEPARATORS.split(lower, -1)).filter(w -> !w.isEmpty()).toList();
    List<String> words = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      String word = all.get(i);
      boolean between = !words.isEmpty()
          && i + 1 < all.size()
          && !CHANGING_WORD.matcher(all.get(i - 1)).matches()
          && !CHANGING_WORD.matcher(all.get(i + 1)).matches();
      if ((between && SMALL_NUMBER.matcher(word).matches())
          || !CHANGING_WORD.matcher(word).matches()) {
        words.add(word);
      }
    }
    // A name of nothing else is better kept than emptied.
    return words.isEmpty() ? name.strip() : String.join("-", words);
  }
}
