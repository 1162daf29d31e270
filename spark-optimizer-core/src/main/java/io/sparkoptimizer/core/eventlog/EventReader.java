package io.sparkoptimizer.core.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes from one line what a run needs. A line counts only as a whole: it is parsed to its end before
 * anything of it is applied, so that a broken one changes nothing.
 */
final class EventReader {
  /** What a line turned out to be. */
  enum Line {
    /** An event that was used. */
    USED,
    /** An event that nothing needs. */
    PASSED_OVER,
    /** An event by its form, of a name that may be any program's. */
    FOREIGN_EVENT,
    /** JSON, but no event. */
    NO_EVENT,
    /** No JSON object. */
    UNPARSABLE
  }

  /** Deep enough for any plan, shallow enough for any stack. */
  private static final int MAX_DEPTH = 1000;

  private static final JsonFactory JSON = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxStringLength(LineReader.MAX_LINE_BYTES)
          .build())
      // Rates of streaming queries.
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .build();

  private final RunAssembler run;
  private final TaskEnd task = new TaskEnd();

  EventReader(RunAssembler run) {
    this.run = run;
  }

  Line read(byte[] bytes, int offset, int length) {
    if (bytes[offset] != '{') {
      return isJson(bytes, offset, length) ? Line.NO_EVENT : Line.UNPARSABLE;
    }
    try {
      String event = eventName(bytes, offset, length);
      if (event == null) {
        return isJson(bytes, offset, length) ? Line.NO_EVENT : Line.UNPARSABLE;
      }
      try (JsonParser parser = JSON.createParser(bytes, offset, length)) {
        parser.nextToken();
        if (apply(simpleName(event), parser)) {
          return Line.USED;
        }
        return isSparks(event) ? Line.PASSED_OVER : Line.FOREIGN_EVENT;
      }
    } catch (IOException broken) {
      return Line.UNPARSABLE;
    }
  }

  private static boolean isJson(byte[] bytes, int offset, int length) {
    try (JsonParser parser = JSON.createParser(bytes, offset, length)) {
      parser.nextToken();
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException broken) {
      return false;
    }
  }

  /** The value of the field {@code Event}, which is nearly always the first one. */
  private static @Nullable String eventName(byte[] bytes, int offset, int length)
      throws IOException {
    try (JsonParser parser = JSON.createParser(bytes, offset, length)) {
      parser.nextToken();
      String event = null;
      boolean first = true;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean isEvent = parser.currentName().equals("Event");
        parser.nextToken();
        if (isEvent) {
          event = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
          if (first) {
            return event;
          }
        }
        first = false;
        parser.skipChildren();
      }
      return event;
    }
  }

  private static String simpleName(String event) {
    return event.substring(event.lastIndexOf('.') + 1);
  }

  private static boolean isSparks(String event) {
    return simpleName(event).startsWith("StreamingQueryListener$")
        || simpleName(event).startsWith("DBC")
        || event.toLowerCase(Locale.ROOT).contains("spark");
  }

  /** Parses the rest of the line, then applies it. Returns whether the event is one that is used. */
  private boolean apply(String event, JsonParser parser) throws IOException {
    switch (event) {
      case "SparkListenerTaskEnd" -> {
        task.read(parser);
        expectEnd(parser);
        run.taskEnded(task);
        return true;
      }
      case "SparkListenerTaskStart" -> {
        task.read(parser);
        expectEnd(parser);
        run.taskStarted(task);
        return true;
      }
      default -> {
        Application application = application(event);
        if (application == null) {
          parser.skipChildren();
          expectEnd(parser);
          return false;
        }
        JsonTree tree = JsonTree.read(parser);
        expectEnd(parser);
        application.to(tree);
        return true;
      }
    }
  }

  private static void expectEnd(JsonParser parser) throws IOException {
    if (parser.nextToken() != null) {
      throw new IOException("more than one value in a line");
    }
  }

  private interface Application {
    void to(JsonTree event);
  }

  private @Nullable Application application(String event) {
    return switch (event) {
      case "SparkListenerLogStart" -> tree -> run.sparkVersion(tree.text("Spark Version"));
      case "DBCEventLoggingListenerMetadata" ->
        tree -> run.sparkVersion(tree.text("Spark Version"));
      case "SparkListenerApplicationStart" -> run::applicationStarted;
      case "SparkListenerApplicationEnd" -> run::applicationEnded;
      case "SparkListenerEnvironmentUpdate" -> run::environment;
      case "SparkListenerResourceProfileAdded" -> run::resourceProfile;
      case "SparkListenerExecutorAdded" -> run::executorAdded;
      case "SparkListenerExecutorRemoved" -> run::executorRemoved;
      case "SparkListenerBlockManagerAdded" -> run::blockManagerAdded;
      case "SparkListenerStageExecutorMetrics" -> run::stageExecutorMetrics;
      case "SparkListenerExecutorMetricsUpdate" -> run::executorMetricsUpdate;
      case "SparkListenerJobStart" -> run::jobStarted;
      case "SparkListenerJobEnd" -> run::jobEnded;
      case "SparkListenerUnpersistRDD" -> run.blocks()::unpersisted;
      case "SparkListenerBlockUpdated" -> run.blocks()::blockUpdated;
      case "SparkListenerExecutorExcluded",
          "SparkListenerExecutorExcludedForStage",
          "SparkListenerNodeExcluded",
          "SparkListenerNodeExcludedForStage",
          "SparkListenerExecutorBlacklisted",
          "SparkListenerExecutorBlacklistedForStage",
          "SparkListenerNodeBlacklisted",
          "SparkListenerNodeBlacklistedForStage" -> run::excluded;
      case "SparkListenerExecutorUnexcluded",
          "SparkListenerNodeUnexcluded",
          "SparkListenerExecutorUnblacklisted",
          "SparkListenerNodeUnblacklisted" -> run::unexcluded;
      case "SparkListenerStageSubmitted" -> run::stageSubmitted;
      case "SparkListenerStageCompleted" -> run::stageCompleted;
      case "SparkListenerSQLExecutionStart" -> run::sqlStarted;
      case "SparkListenerSQLExecutionEnd" -> run::sqlEnded;
      case "SparkListenerSQLAdaptiveExecutionUpdate" -> run::sqlReplanned;
      case "SparkListenerDriverAccumUpdates" -> run::sqlDriverFigures;
      case "StreamingQueryListener$QueryStartedEvent", "StreamingQueryListener$QueryStarted" ->
        tree -> run.streaming().started();
      case "StreamingQueryListener$QueryProgressEvent", "StreamingQueryListener$QueryProgress" ->
        run.streaming()::progressed;
      default -> null;
    };
  }
}
