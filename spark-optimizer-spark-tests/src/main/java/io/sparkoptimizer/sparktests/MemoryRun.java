package io.sparkoptimizer.sparktests;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run of a point with a heap, and how it went: a row of the manifest.
 *
 * @param heapMb heap of the executor, in MiB
 * @param role why it was run: {@code best}, {@code bisect}, {@code path}
 * @param repeat counts the runs of this point with this heap from 1
 * @param workMillis the job alone; until its end of time for one that was ended, 0 for one that died
 * @param appMillis from the application's start to the job's end; 0 where the job did not end
 * @param gcMillis {@code JVM GC Time} of all tasks together: of those that run at once each has it whole
 */
record MemoryRun(
    MemoryPoint point,
    int heapMb,
    String role,
    int repeat,
    Outcome outcome,
    long workMillis,
    long appMillis,
    long gcMillis,
    double otherCpuPercent,
    double lowerCpuPercent,
    long tasks,
    String applicationId) {

  static final String HEADER =
      "file,app_id,job,input_multiple,input_percent,heap_mb,cores,role,repeat,outcome,work_ms,app_ms,gc_ms,tasks,"
          + "other_cpu_pct,lower_cpu_pct";

  /** How a run ended; {@code SLOW}, that it took longer than is viable, is only known beside the best one. */
  enum Outcome {
    OK,
    SLOW,
    DIED,
    TIMEOUT;

    /** Whether the job ended well, at whatever speed. */
    boolean isEnded() {
      return this == OK || this == SLOW;
    }
  }

  /** Such as {@code seen_keys-x1.6-2048m-r1}. */
  static String name(MemoryPoint point, int heapMb, int repeat) {
    return point.label() + "-" + heapMb + "m-r" + repeat;
  }

  String file() {
    return name(point, heapMb, repeat) + ".zstd";
  }

  MemoryRun as(Outcome changed) {
    return new MemoryRun(
        point,
        heapMb,
        role,
        repeat,
        changed,
        workMillis,
        appMillis,
        gcMillis,
        otherCpuPercent,
        lowerCpuPercent,
        tasks,
        applicationId);
  }

  String row() {
    return String.join(
        ",",
        file(),
        applicationId,
        point.job().label(),
        point.multiple(),
        String.valueOf(point.percent()),
        String.valueOf(heapMb),
        String.valueOf(MemoryPoint.CORES),
        role,
        String.valueOf(repeat),
        outcome.name().toLowerCase(Locale.ROOT),
        String.valueOf(workMillis),
        String.valueOf(appMillis),
        String.valueOf(gcMillis),
        String.valueOf(tasks),
        String.format(Locale.ROOT, "%.1f", otherCpuPercent),
        String.format(Locale.ROOT, "%.1f", lowerCpuPercent));
  }

  /** Reads a row that {@link #row} wrote. */
  static MemoryRun parse(String row) {
    List<String> columns = Arrays.asList(HEADER.split(",", -1));
    List<String> values = Arrays.asList(row.split(",", -1));
    if (values.size() != columns.size()) {
      throw new IllegalArgumentException("a row of the manifest has " + columns.size()
          + " values, was " + values.size() + ": " + row);
    }
    Map<String, String> cells = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      cells.put(columns.get(i), values.get(i));
    }
    return new MemoryRun(
        new MemoryPoint(MemoryPoint.Job.of(cells.getOrDefault("job", "")), (int)
            number(cells, "input_percent")),
        (int) number(cells, "heap_mb"),
        cells.getOrDefault("role", ""),
        (int) number(cells, "repeat"),
        Outcome.valueOf(cells.getOrDefault("outcome", "").toUpperCase(Locale.ROOT)),
        number(cells, "work_ms"),
        number(cells, "app_ms"),
        number(cells, "gc_ms"),
        Double.parseDouble(cells.getOrDefault("other_cpu_pct", "")),
        Double.parseDouble(cells.getOrDefault("lower_cpu_pct", "")),
        number(cells, "tasks"),
        cells.getOrDefault("app_id", ""));
  }

  private static long number(Map<String, String> cells, String column) {
    return Long.parseLong(cells.getOrDefault(column, ""));
  }
}
