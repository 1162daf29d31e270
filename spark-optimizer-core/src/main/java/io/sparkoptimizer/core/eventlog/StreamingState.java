package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.StreamingProgress;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The progress of streaming queries while a log is read. */
final class StreamingState {
  private long queries;
  private long batches;
  private final Distribution.Builder batchDurations = Distribution.builder();
  private final Mean inputRows = new Mean();
  private final Mean processedRows = new Mean();

  /** Mean of what was reported. */
  private static final class Mean {
    private double sum;
    private long count;

    void add(OptionalDouble value) {
      if (value.isPresent()) {
        sum += value.getAsDouble();
        count++;
      }
    }

    OptionalDouble get() {
      return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }
  }

  void started() {
    queries++;
  }

  void progressed(JsonTree event) {
    batches++;
    JsonTree progress = event.object("progress");
    OptionalLong duration = progress.number("batchDuration");
    if (duration.isEmpty()) {
      duration = progress.object("durationMs").number("triggerExecution");
    }
    if (duration.isPresent()) {
      batchDurations.add(duration.getAsLong());
    }
    inputRows.add(rate(progress, "inputRowsPerSecond"));
    processedRows.add(rate(progress, "processedRowsPerSecond"));
  }

  /** Of the whole query where it says so, else summed over its sources. */
  private static OptionalDouble rate(JsonTree progress, String name) {
    OptionalDouble whole = progress.decimal(name);
    if (whole.isPresent()) {
      return whole;
    }
    double sum = 0;
    boolean any = false;
    for (JsonTree source : progress.objects("sources")) {
      OptionalDouble rate = source.decimal(name);
      sum += rate.orElse(0);
      any |= rate.isPresent();
    }
    return any ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  boolean seen() {
    return queries > 0 || batches > 0;
  }

  @Nullable
  StreamingProgress build() {
    if (!seen()) {
      return null;
    }
    Distribution durations = batchDurations.build();
    return new StreamingProgress(
        queries,
        batches,
        durations.count() == 0 ? OptionalLong.empty() : OptionalLong.of(durations.quantile(0.5)),
        durations.count() == 0 ? OptionalLong.empty() : OptionalLong.of(durations.quantile(0.95)),
        inputRows.get(),
        processedRows.get());
  }
}
