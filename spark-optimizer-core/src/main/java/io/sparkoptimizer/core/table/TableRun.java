package io.sparkoptimizer.core.table;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.SparkSettings;
import io.sparkoptimizer.spark.TableRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a row tells of a run.
 *
 * @param durationMs empty where it failed and no time is given
 * @param cost of the run; empty where the table has none
 */
record TableRun(TableRun.Work work, OptionalLong durationMs, OptionalDouble cost) {

  /** What repetitions of a run have in common. */
  record Work(
      String job,
      boolean failed,
      int instances,
      OptionalInt cores,
      OptionalLong memoryMb,
      OptionalLong inputBytes,
      @Nullable String instanceType,
      OptionalDouble pricePerInstanceHour,
      @Nullable String jobClass,
      Map<String, String> parameters) {}

  /**
   * One run of the median time, and the median cost, of repetitions. Those without a time count only
   * where all are.
   */
  static TableRun median(List<TableRun> repetitions) {
    OptionalDouble durationMs = middle(repetitions.stream()
        .filter(run -> run.durationMs.isPresent())
        .mapToDouble(run -> run.durationMs.getAsLong())
        .sorted()
        .toArray());
    return new TableRun(
        repetitions.get(0).work,
        durationMs.isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(Math.round(durationMs.getAsDouble())),
        middle(repetitions.stream()
            .flatMapToDouble(run -> run.cost.stream())
            .sorted()
            .toArray()));
  }

  private static OptionalDouble middle(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2);
  }

  /** Equal for rows that tell the same. */
  String canonical() {
    StringBuilder text = new StringBuilder();
    for (Object part : List.of(
        work.job,
        work.failed,
        work.instances,
        work.cores,
        work.memoryMb,
        work.inputBytes,
        work.instanceType + "",
        work.pricePerInstanceHour,
        work.jobClass + "",
        durationMs,
        cost)) {
      append(text, part.toString());
    }
    new TreeMap<>(work.parameters).forEach((name, value) -> {
      append(text, name);
      append(text, value);
    });
    return text.toString();
  }

  /** With its length, so that no two lists of texts have one form. */
  private static void append(StringBuilder text, String part) {
    text.append(part.length()).append(':').append(part);
  }

  /**
   * The run, which has no log, no executors and no stages.
   *
   * @param turn its place among equal rows: repetitions are different runs
   */
  ApplicationRun run(Path file, int turn) {
    Map<String, String> configuration = new TreeMap<>();
    work.parameters.forEach(
        (name, value) -> configuration.put(SparkSettings.PARAMETER_PREFIX + name, value));
    OptionalDouble price = cost.isPresent()
        ? RowReader.price(cost.getAsDouble(), work.instances, durationMs)
        : work.pricePerInstanceHour;
    return ApplicationRun.builder()
        .source(List.of(file.toString()))
        .digest("sha256:" + sha256(canonical() + turn))
        .name(work.job)
        .jobSignature(work.job)
        .status(work.failed ? RunStatus.FAILED : RunStatus.SUCCEEDED)
        .configuration(configuration)
        .tableRow(new TableRow(
            durationMs,
            work.instances,
            work.cores,
            work.memoryMb,
            work.inputBytes,
            work.instanceType,
            price,
            work.jobClass))
        .build();
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
