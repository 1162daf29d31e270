package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sparkoptimizer.spark.CollectorMetric;
import io.sparkoptimizer.spark.MemoryPeak;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is taken out of a task's end: almost nine tenths of a large log's bytes are these events, so one
 * instance is filled again and again, and nothing is built beside it.
 */
@SuppressWarnings("EnumOrdinal") // arrays by metric, filled half a million times a log
final class TaskEnd {
  private static final int MAX_REASON_CHARS = 2000;
  private static final TaskMetric[] METRICS = TaskMetric.values();
  private static final MemoryPeak[] PEAKS = MemoryPeak.values();
  private static final CollectorMetric[] COLLECTIONS = CollectorMetric.values();

  int stageId;
  int stageAttemptId;
  long launchTimeMs;
  long finishTimeMs;
  boolean speculative;

  @Nullable
  String executorId;

  @Nullable
  String host;

  String reason = "";
  private final Map<String, String> reasonWords = new LinkedHashMap<>();
  /** What the stack trace says of memory; empty where it does not. */
  String traceWords = "";

  boolean hasMetrics;
  /** Spark 1.x and 2.0: where the input came from; null in later logs. */
  @Nullable
  String dataReadMethod;
  /** Collector time of the JVM since it began, as sampled last; -1 where not logged. */
  long jvmTotalGcTimeMs;

  /** Spark 1.x and 2.x: blocks that it stored; later only where that is set. */
  final List<JsonTree> updatedBlocks = new ArrayList<>();

  private final long[] metrics = new long[METRICS.length];
  private long metricsPresent;
  private final long[] peaks = new long[PEAKS.length];
  private long peaksPresent;
  private final long[] collections = new long[COLLECTIONS.length];
  private long collectionsPresent;

  /** What the reason says in words, in the order of the log. */
  String reasonDetail() {
    return String.join(": ", reasonWords.values());
  }

  boolean has(TaskMetric metric) {
    return (metricsPresent & (1L << metric.ordinal())) != 0;
  }

  /** The metric, 0 where the event has none. */
  long get(TaskMetric metric) {
    return metrics[metric.ordinal()];
  }

  /**
   * Whether its input came from cached blocks.
   *
   * @param otherwise what counts where the log does not say
   */
  boolean readCache(boolean otherwise) {
    return dataReadMethod == null
        ? otherwise
        : dataReadMethod.equals("Memory") || dataReadMethod.equals("Disk");
  }

  boolean has(MemoryPeak peak) {
    return (peaksPresent & (1L << peak.ordinal())) != 0;
  }

  long get(MemoryPeak peak) {
    return peaks[peak.ordinal()];
  }

  /** Hands over each peak that the event has. */
  void peaks(ObjLongConsumer<MemoryPeak> each) {
    for (MemoryPeak peak : PEAKS) {
      if (has(peak)) {
        each.accept(peak, get(peak));
      }
    }
  }

  /** Hands over each figure of collectors that the event has. */
  void collections(ObjLongConsumer<CollectorMetric> each) {
    for (CollectorMetric collection : COLLECTIONS) {
      if ((collectionsPresent & (1L << collection.ordinal())) != 0) {
        each.accept(collection, collections[collection.ordinal()]);
      }
    }
  }

  /** The whole event, whose START_OBJECT is the current token. */
  void read(JsonParser parser) throws IOException {
    clear();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "Stage ID" -> stageId = readInt(parser, -1);
        case "Stage Attempt ID" -> stageAttemptId = Math.max(0, readInt(parser, 0));
        case "Task End Reason" -> readReason(parser);
        case "Task Info" -> readInfo(parser);
        case "Task Executor Metrics" -> readSamples(parser);
        case "Task Metrics" -> readMetrics(parser);
        default -> parser.skipChildren();
      }
    }
  }

  private void clear() {
    stageId = -1;
    stageAttemptId = 0;
    clearInfo();
    clearReason();
    clearMetrics();
    jvmTotalGcTimeMs = -1;
    Arrays.fill(peaks, 0);
    peaksPresent = 0;
    Arrays.fill(collections, 0);
    collectionsPresent = 0;
  }

  private void clearInfo() {
    launchTimeMs = -1;
    finishTimeMs = -1;
    speculative = false;
    executorId = null;
    host = null;
  }

  private void clearReason() {
    reason = "";
    reasonWords.clear();
    traceWords = "";
  }

  private void clearMetrics() {
    hasMetrics = false;
    dataReadMethod = null;
    updatedBlocks.clear();
    Arrays.fill(metrics, 0);
    metricsPresent = 0;
  }

  private static int readInt(JsonParser parser, int otherwise) throws IOException {
    OptionalLong number = Numbers.readLong(parser);
    parser.skipChildren();
    return number.isPresent() && number.getAsLong() == (int) number.getAsLong()
        ? (int) number.getAsLong()
        : otherwise;
  }

  private void readReason(JsonParser parser) throws IOException {
    clearReason();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "Reason" -> reason = parser.getValueAsString("");
        case "Class Name", "Description", "Loss Reason", "Kill Reason", "Message" -> {
          String text = parser.getValueAsString();
          if (text == null) {
            reasonWords.remove(name);
          } else {
            reasonWords.put(name, cut(text));
          }
        }
        case "Full Stack Trace" -> {
          String trace = parser.getValueAsString();
          traceWords = trace == null ? "" : DeathCertificate.memoryWords(trace);
        }
        default -> {}
      }
      parser.skipChildren();
    }
  }

  /** The begin and the end: a Python traceback ends with what was raised. */
  private static String cut(String text) {
    int half = MAX_REASON_CHARS / 2;
    return text.length() <= MAX_REASON_CHARS
        ? text
        : text.substring(0, half) + " ... " + text.substring(text.length() - half);
  }

  private void readInfo(JsonParser parser) throws IOException {
    clearInfo();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "Launch Time" -> launchTimeMs = Numbers.readLong(parser).orElse(-1);
        case "Finish Time" -> finishTimeMs = Numbers.readLong(parser).orElse(-1);
        case "Executor ID" -> executorId = parser.getValueAsString();
        case "Host" -> host = parser.getValueAsString();
        case "Speculative" -> speculative = parser.currentToken() == JsonToken.VALUE_TRUE;
        default -> {}
      }
      parser.skipChildren();
    }
  }

  private void readSamples(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      MemoryPeak peak = ExecutorMetricNames.peak(name);
      parser.nextToken();
      if (name.equals(ExecutorMetricNames.TOTAL_GC_TIME)) {
        jvmTotalGcTimeMs = Numbers.readLong(parser).orElse(-1);
      }
      OptionalLong bytes = peak == null ? OptionalLong.empty() : Numbers.readLong(parser);
      if (peak != null && bytes.isPresent()) {
        peaks[peak.ordinal()] = bytes.getAsLong();
        peaksPresent |= 1L << peak.ordinal();
      }
      if (peak == null) {
        readCollection(ExecutorMetricNames.collection(name), parser);
      }
      parser.skipChildren();
    }
  }

  private void readCollection(@Nullable CollectorMetric collection, JsonParser parser)
      throws IOException {
    OptionalLong value = collection == null ? OptionalLong.empty() : Numbers.readLong(parser);
    if (collection != null && value.isPresent()) {
      collections[collection.ordinal()] = value.getAsLong();
      collectionsPresent |= 1L << collection.ordinal();
    }
  }

  private void readMetrics(JsonParser parser) throws IOException {
    if (hasMetrics) {
      clearMetrics();
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    hasMetrics = true;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "Updated Blocks" -> readBlocks(parser);
        case "Executor Run Time" -> set(TaskMetric.EXECUTOR_RUN_TIME_MS, parser);
        case "Executor CPU Time" -> set(TaskMetric.EXECUTOR_CPU_TIME_NS, parser);
        case "Executor Deserialize Time" -> set(TaskMetric.EXECUTOR_DESERIALIZE_TIME_MS, parser);
        case "JVM GC Time" -> set(TaskMetric.JVM_GC_TIME_MS, parser);
        case "Result Size" -> set(TaskMetric.RESULT_SIZE_BYTES, parser);
        case "Peak Execution Memory" -> {
          set(TaskMetric.PEAK_EXECUTION_MEMORY_BYTES, parser);
          copy(
              TaskMetric.PEAK_EXECUTION_MEMORY_BYTES,
              TaskMetric.MAX_TASK_PEAK_EXECUTION_MEMORY_BYTES);
        }
        case "Memory Bytes Spilled" -> set(TaskMetric.MEMORY_BYTES_SPILLED, parser);
        case "Disk Bytes Spilled" -> set(TaskMetric.DISK_BYTES_SPILLED, parser);
        case "Shuffle Read Metrics", "Shuffle Write Metrics", "Input Metrics", "Output Metrics" -> {
          if (parser.currentToken() == JsonToken.START_OBJECT) {
            readGroup(parser);
          }
        }
        default -> {}
      }
      parser.skipChildren();
    }
    boolean local = has(TaskMetric.SHUFFLE_LOCAL_BYTES_READ);
    boolean remote = has(TaskMetric.SHUFFLE_REMOTE_BYTES_READ);
    if (local || remote) {
      put(
          TaskMetric.SHUFFLE_READ_BYTES,
          get(TaskMetric.SHUFFLE_LOCAL_BYTES_READ) + get(TaskMetric.SHUFFLE_REMOTE_BYTES_READ));
    }
  }

  private void readBlocks(JsonParser parser) throws IOException {
    updatedBlocks.clear();
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          updatedBlocks.add(JsonTree.read(parser));
        } else {
          parser.skipChildren();
        }
      }
    }
  }

  private void readGroup(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "Remote Bytes Read" -> set(TaskMetric.SHUFFLE_REMOTE_BYTES_READ, parser);
        case "Local Bytes Read" -> set(TaskMetric.SHUFFLE_LOCAL_BYTES_READ, parser);
        case "Total Records Read" -> set(TaskMetric.SHUFFLE_READ_RECORDS, parser);
        case "Fetch Wait Time" -> set(TaskMetric.SHUFFLE_FETCH_WAIT_TIME_MS, parser);
        case "Shuffle Bytes Written" -> set(TaskMetric.SHUFFLE_WRITE_BYTES, parser);
        case "Shuffle Records Written" -> set(TaskMetric.SHUFFLE_WRITE_RECORDS, parser);
        case "Shuffle Write Time" -> set(TaskMetric.SHUFFLE_WRITE_TIME_NS, parser);
        case "Data Read Method" -> dataReadMethod = parser.getValueAsString();
        case "Bytes Read" -> set(TaskMetric.INPUT_BYTES, parser);
        case "Records Read" -> set(TaskMetric.INPUT_RECORDS, parser);
        case "Bytes Written" -> set(TaskMetric.OUTPUT_BYTES, parser);
        case "Records Written" -> set(TaskMetric.OUTPUT_RECORDS, parser);
        default -> {}
      }
      parser.skipChildren();
    }
  }

  private void set(TaskMetric metric, JsonParser parser) throws IOException {
    OptionalLong value = Numbers.readLong(parser);
    if (value.isPresent()) {
      put(metric, value.getAsLong());
    } else {
      remove(metric); // of repeated keys the last one counts
    }
  }

  private void copy(TaskMetric from, TaskMetric to) {
    if (has(from)) {
      put(to, get(from));
    } else {
      remove(to);
    }
  }

  private void remove(TaskMetric metric) {
    metrics[metric.ordinal()] = 0;
    metricsPresent &= ~(1L << metric.ordinal());
  }

  private void put(TaskMetric metric, long value) {
    metrics[metric.ordinal()] = value;
    metricsPresent |= 1L << metric.ordinal();
  }
}
