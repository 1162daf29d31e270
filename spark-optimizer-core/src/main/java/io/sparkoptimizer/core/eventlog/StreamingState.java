package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.Distribution;
import io.sparkoptimizer.spark.StreamingProgress;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The progress of streaming queries while a log is read. */
final class StreamingState {
  /** Queries whose last report is kept; one that starts others again and again has more. */
  private static final int MAX_QUERIES = 1000;

  private long queries;
  private long batches;
  private final Distribution.Builder batchDurations = Distribution.builder();
  private final Distribution.Builder batchIntervals = Distribution.builder();
  private double busyMs;
  private long backlogRowsPeak = -1;
  private final Mean inputRows = new Mean();
  private final Mean processedRows = new Mean();
  private final Map<String, Last> lastReports = new LinkedHashMap<>();

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
      // A sum beyond all numbers could not be saved, nor the batch that the run is in.
      return count == 0 || !Double.isFinite(sum)
          ? OptionalDouble.empty()
          : OptionalDouble.of(sum / count);
    }
  }

  /** What a query reported last. */
  private record Last(
      @Nullable String runId,
      OptionalLong startMs,
      OptionalLong durationMs,
      OptionalLong backlogRows,
      OptionalLong backlogBytes,
      OptionalLong stateRows,
      OptionalLong stateBytes) {}

  void started() {
    queries++;
  }

  void progressed(JsonTree event) {
    batches++;
    // Spark 2.0 calls it a status.
    JsonTree progress =
        event.has("progress") ? event.object("progress") : event.object("queryStatus");
    OptionalLong start = timeMs(progress.text("timestamp"));
    OptionalLong duration = duration(progress);
    if (duration.isPresent()) {
      batchDurations.add(duration.getAsLong());
    }
    inputRows.add(rate(progress, "inputRowsPerSecond", "inputRate"));
    processedRows.add(rate(progress, "processedRowsPerSecond", "processingRate"));
    String runId = progress.text("runId");
    // A query that is started again has another run, but the same state and the same backlog.
    String query = progress.text("id", runId == null ? "" : runId);
    Last last = lastReports.get(query);
    interval(last != null && Objects.equals(last.runId(), runId) ? last : null, start);
    OptionalLong behind = backlogRows(progress);
    backlogRowsPeak = Math.max(backlogRowsPeak, behind.orElse(-1));
    if (lastReports.containsKey(query) || lastReports.size() < MAX_QUERIES) {
      lastReports.put(
          query,
          new Last(
              runId,
              start,
              duration,
              behind,
              backlogBytes(progress),
              sum(progress, "stateOperators", "numRowsTotal"),
              sum(progress, "stateOperators", "memoryUsedBytes")));
    }
  }

  private static OptionalLong duration(JsonTree progress) {
    for (OptionalLong duration : new OptionalLong[] {
      progress.number("batchDuration"),
      progress.object("durationMs").number("triggerExecution"),
      progress.number("latency")
    }) {
      if (duration.isPresent()) {
        return duration;
      }
    }
    return OptionalLong.empty();
  }

  /** The time from one batch's start to the next one's, and how much of it a batch took. */
  private void interval(@Nullable Last last, OptionalLong startMs) {
    if (last != null
        && last.startMs().isPresent()
        && last.durationMs().isPresent()
        && startMs.orElse(Long.MIN_VALUE) > last.startMs().getAsLong()) {
      long interval = startMs.getAsLong() - last.startMs().getAsLong();
      batchIntervals.add(interval);
      busyMs += (double) Math.max(0, Math.min(interval, last.durationMs().getAsLong()));
    }
  }

  private static OptionalLong timeMs(@Nullable String timestamp) {
    if (timestamp == null) {
      return OptionalLong.empty();
    }
    OptionalLong number = Numbers.parse(timestamp);
    try {
      return number.isPresent()
          ? number
          : OptionalLong.of(Instant.parse(timestamp).toEpochMilli());
    } catch (DateTimeParseException | ArithmeticException unreadable) {
      return OptionalLong.empty();
    }
  }

  /** Of the whole query where it says so, else summed over its sources. */
  private static OptionalDouble rate(JsonTree progress, String name, String oldName) {
    for (OptionalDouble whole :
        new OptionalDouble[] {progress.decimal(name), progress.decimal(oldName)}) {
      if (whole.isPresent()) {
        return whole;
      }
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

  /** Rows that are there and were not read: Kafka's offsets, by topic and partition, count them. */
  private static OptionalLong backlogRows(JsonTree progress) {
    long[] rows = {-1};
    for (JsonTree source : progress.objects("sources")) {
      JsonTree end = source.object("endOffset");
      source
          .object("latestOffset")
          .trees((topic, partitions) -> partitions.texts((partition, latest) -> {
            OptionalLong there = partitions.number(partition);
            OptionalLong read = end.object(topic).number(partition);
            if (there.isPresent() && read.isPresent()) {
              rows[0] = Math.max(0, rows[0]) + Math.max(0, there.getAsLong() - read.getAsLong());
            }
          }));
    }
    return rows[0] < 0 ? OptionalLong.empty() : OptionalLong.of(rows[0]);
  }

  private static OptionalLong backlogBytes(JsonTree progress) {
    OptionalLong sum = OptionalLong.empty();
    for (JsonTree source : progress.objects("sources")) {
      JsonTree metrics = source.object("metrics");
      OptionalLong files = metrics.number("numBytesOutstanding");
      sum =
          plus(sum, files.isPresent() ? files : metrics.number("estimatedTotalBytesBehindLatest"));
    }
    return sum;
  }

  private static OptionalLong sum(JsonTree progress, String list, String figure) {
    OptionalLong sum = OptionalLong.empty();
    for (JsonTree one : progress.objects(list)) {
      sum = plus(sum, one.number(figure));
    }
    return sum;
  }

  /** Of two figures of which either may be missing. */
  private static OptionalLong plus(OptionalLong a, OptionalLong b) {
    return a.isEmpty() ? b : b.isEmpty() ? a : OptionalLong.of(a.getAsLong() + b.getAsLong());
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
    Distribution intervals = batchIntervals.build();
    OptionalLong rows = OptionalLong.empty();
    OptionalLong bytes = OptionalLong.empty();
    OptionalLong stateRows = OptionalLong.empty();
    OptionalLong stateBytes = OptionalLong.empty();
    for (Last last : lastReports.values()) {
      rows = plus(rows, last.backlogRows());
      bytes = plus(bytes, last.backlogBytes());
      stateRows = plus(stateRows, last.stateRows());
      stateBytes = plus(stateBytes, last.stateBytes());
    }
    return new StreamingProgress(
        queries,
        batches,
        quantile(durations, 0.5),
        quantile(durations, 0.95),
        inputRows.get(),
        processedRows.get(),
        quantile(intervals, 0.5),
        intervals.sum() > 0 ? OptionalDouble.of(busyMs / intervals.sum()) : OptionalDouble.empty(),
        rows,
        backlogRowsPeak < 0 ? OptionalLong.empty() : OptionalLong.of(backlogRowsPeak),
        bytes,
        stateRows,
        stateBytes);
  }

  private static OptionalLong quantile(Distribution figures, double q) {
    return figures.count() == 0 ? OptionalLong.empty() : OptionalLong.of(figures.quantile(q));
  }
}
