package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.airlift.compress.zstd.ZstdInputStream;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.Executor;
import io.sparkoptimizer.spark.MemoryFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * How often the reader names the right cause of a death, by hand-made labels: over the real logs of the
 * shared set ({@code -Dshared}), over real logs of our own, and over a real log of ours into which the
 * words of other clusters are pasted. Writes the table of {@code docs/memory.md} to {@code
 * target/deaths.md}; {@code deaths/README.md} beside the labels tells how they were made.
 */
class DeathCausesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** In the order of the table. */
  private static final List<String> CAUSES =
      List.of("HEAP", "CONTAINER", "PYTHON", "PREEMPTED", "UNKNOWN", "NONE");

  private static final String UNLABELLED = "UNLABELLED";

  private static final Path SAMPLES = Path.of("..", "samples");

  /** What was judged, by label and answer. */
  private static final class Confusion {
    private final Map<String, Map<String, Integer>> counts = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    void judge(String what, String label, String answer) {
      counts.computeIfAbsent(label, key -> new TreeMap<>()).merge(answer, 1, Integer::sum);
      if (!label.equals(answer)) {
        wrong.add(what + " is " + label + ", read as " + answer);
      }
    }

    int count(@Nullable String label, @Nullable String answer) {
      return counts.entrySet().stream()
          .filter(row -> label == null || row.getKey().equals(label))
          .flatMap(row -> row.getValue().entrySet().stream())
          .filter(cell -> answer == null || cell.getKey().equals(answer))
          .mapToInt(Map.Entry::getValue)
          .sum();
    }

    String row(String name, String cause) {
      int labelled = count(cause, null);
      int answered = count(null, cause);
      int right = count(cause, cause);
      return "| " + name + " | " + cause.toLowerCase(Locale.ROOT) + " | " + labelled + " | "
          + share(right, answered) + " | " + share(right, labelled) + " |\n";
    }

    private static String share(int right, int of) {
      return of == 0
          ? "-"
          : String.format(Locale.ROOT, "%.2f (%d of %d)", 1.0 * right / of, right, of);
    }
  }

  /** Which death of which log, and its cause. */
  private record Label(String set, String log, String unit, String label) {}

  @Test
  void causes_editedLogs_areThoseOfTheirLabels() throws IOException {
    Confusion edited = edited("edited.tsv");
    assertThat(edited.wrong).isEmpty();
    assertThat(edited.count(null, null)).isGreaterThan(100);
  }

  /** Words that were looked up only after the rules stood, so that nothing is fitted to them. */
  @Test
  void causes_heldOutWords_nameNoWrongRemedy() throws IOException {
    Confusion heldOut = edited("held-out.tsv");
    assertThat(heldOut.wrong).isEmpty();
  }

  @Test
  void causes_ownLogs_areThoseOfTheirLabels() throws IOException {
    assumeTrue(Files.exists(SAMPLES), "no samples beside the module");
    Confusion own = real("own", SAMPLES);
    assertThat(own.wrong).isEmpty();
    assertThat(own.count("CONTAINER", "CONTAINER")).isPositive();
  }

  @Test
  void causes_sharedLogs_areThoseOfTheirLabels() throws IOException {
    assertThat(real("shared", SharedData.folder("eventlogs")).wrong).isEmpty();
    assertThat(real("shared", SharedData.folder("eventlogs-grid")).wrong).isEmpty();
  }

  /** Needs the shared set for its first rows. */
  @Test
  void table_ofThePage_isThisOne() throws IOException {
    Map<String, Confusion> sets = new LinkedHashMap<>();
    sets.put("shared logs", real("shared", SharedData.folder("eventlogs")));
    assumeTrue(Files.exists(SAMPLES), "no samples beside the module");
    sets.put("own logs", real("own", SAMPLES));
    sets.put("edited logs", edited("edited.tsv"));
    sets.put("edited logs, held out", edited("held-out.tsv"));
    StringBuilder table = new StringBuilder("| set | cause | deaths | precision | recall |\n")
        .append("|---|---|---|---|---|\n");
    sets.forEach((name, set) -> CAUSES.stream()
        .filter(cause -> set.count(cause, null) + set.count(null, cause) > 0)
        .forEach(cause -> table.append(set.row(name, cause))));
    System.out.println(table);
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target", "deaths.md"), table);
    assertThat(Files.readString(Path.of("..", "docs", "memory.md"))).contains(table);
  }

  // Real logs

  /** Every loss and every failing stage of the logs must have a label. */
  private static Confusion real(String set, Path folder) throws IOException {
    List<Label> labels = labels(set);
    Confusion confusion = new Confusion();
    Set<String> used = new TreeSet<>();
    EventLogs.read(folder, Clock.systemUTC(), run -> {
      String log = folder
          .toAbsolutePath()
          .normalize()
          .relativize(
              Path.of(run.source().get(0).split("!/", 2)[0]).toAbsolutePath().normalize())
          .toString()
          .replace('\\', '/');
      List<Label> own =
          labels.stream().filter(label -> log.startsWith(label.log())).toList();
      own.forEach(label -> used.add(label.log()));
      judge(confusion, run, log, own);
    });
    if (!folder.endsWith("eventlogs-grid")) {
      assertThat(used).containsAll(labels.stream().map(Label::log).toList());
    }
    return confusion;
  }

  private static void judge(
      Confusion confusion, ApplicationRun run, String log, List<Label> labels) {
    Set<String> gone = new TreeSet<>();
    for (Executor executor : run.executors()) {
      if (executor.removeReason() != null) {
        gone.add(executor.id());
        confusion.judge(
            log + " executor " + executor.id(),
            label(labels, "executor " + executor.id(), "executors"),
            oneAnswer(run.memoryFailures().stream()
                .filter(failure -> executor.id().equals(failure.executorId()))
                .toList()));
      }
    }
    run.stages().stream()
        .filter(stage -> stage.numFailedTasks() > 0)
        .map(stage -> stage.stageId())
        .distinct()
        .forEach(stage -> {
          List<MemoryFailure> failures = run.memoryFailures().stream()
              .filter(failure -> failure.stageId().orElse(-1) == stage)
              .filter(failure -> !gone.contains(failure.executorId()))
              .toList();
          String label = label(labels, "stage " + stage, "stages");
          // What failed with an executor is judged with it.
          if (!label.equals(UNLABELLED) || gone.isEmpty() || !failures.isEmpty()) {
            confusion.judge(log + " stage " + stage, label, answer(failures));
          }
        });
  }

  private static String label(List<Label> labels, String unit, String all) {
    return labels.stream()
        .filter(label -> label.unit().equals(unit))
        .findFirst()
        .or(() -> labels.stream().filter(label -> label.unit().equals(all)).findFirst())
        .map(Label::label)
        .orElse(UNLABELLED);
  }

  /** An executor and the tasks that died with it are one death. */
  private static String oneAnswer(List<MemoryFailure> failures) {
    return failures.size() > 1 ? "TWICE" : answer(failures);
  }

  private static String answer(List<MemoryFailure> failures) {
    List<String> causes =
        failures.stream().map(failure -> failure.cause().name()).distinct().toList();
    return causes.isEmpty() ? "NONE" : String.join("+", causes);
  }

  private static List<Label> labels(String set) throws IOException {
    return rows("real.tsv").stream()
        .map(row -> new Label(row[0], row[1], row[2], row[3]))
        .filter(label -> label.set().equals(set))
        .toList();
  }

  // Edited logs

  private static Confusion edited(String resource) throws IOException {
    Path log = SAMPLES.resolve("eventlogs").resolve("skewed-join.zstd");
    assumeTrue(Files.exists(log), "no samples beside the module");
    List<String> lines = lines(log);
    assertThat(Logs.run(String.join("\n", lines)).memoryFailures()).isEmpty();
    Confusion confusion = new Confusion();
    for (String[] row : rows(resource)) {
      String words = row[4].replace("\\n", "\n").replace("\\t", "\t");
      ApplicationRun run = Logs.run(String.join("\n", edited(lines, row[1], row[3], words)));
      assertThat(run.quality().unparsableLines()).as(words).isZero();
      confusion.judge(row[1] + ": " + words, row[0], oneAnswer(run.memoryFailures()));
    }
    return confusion;
  }

  /** The log with one of its tasks ended otherwise, and what became of its executor. */
  private static List<String> edited(List<String> lines, String kind, String conf, String words)
      throws IOException {
    List<String> edited = new ArrayList<>(lines);
    int at = -1;
    for (int i = 0; i < edited.size(); i++) {
      String line = edited.get(i);
      if (line.contains("\"SparkListenerTaskEnd\"")
          && line.contains("\"Executor ID\":\"1\"")
          && line.contains("\"Task End Reason\":{\"Reason\":\"Success\"}")) {
        at = i;
      } else if (!conf.isEmpty() && line.contains("\"Spark Properties\":{")) {
        edited.set(i, configured(line, conf));
      }
    }
    assertThat(at).as("a task that went well on executor 1").isPositive();
    String[] parts = words.split(" \\|\\| ", 2);
    ObjectNode reason = JSON.createObjectNode();
    List<String> losses = new ArrayList<>();
    switch (kind) {
      case "task" -> exception(reason, words, "");
      case "nested" -> exception(reason, parts[0], "Caused by: " + parts[1]);
      case "task+executor" -> {
        exception(reason, parts[0], "");
        losses.add(parts[1]);
      }
      case "killed" -> reason.put("Reason", "TaskKilled").put("Kill Reason", words);
      case "fetch" -> reason.put("Reason", "FetchFailed").put("Message", words);
      case "executor" -> {
        reason
            .put("Reason", "ExecutorLostFailure")
            .put("Executor ID", "1")
            .put("Exit Caused By App", true)
            .put("Loss Reason", words);
        losses.add(words);
      }
      default -> throw new IllegalArgumentException("no such kind of death: " + kind);
    }
    edited.set(
        at,
        edited
            .get(at)
            .replace(
                "\"Task End Reason\":{\"Reason\":\"Success\"}", "\"Task End Reason\":" + reason));
    for (String loss : losses) {
      edited.add(
          at + 1,
          JSON.createObjectNode()
              .put("Event", "SparkListenerExecutorRemoved")
              .put("Timestamp", 1_700_000_000_000L)
              .put("Executor ID", "1")
              .put("Removed Reason", loss)
              .toString());
    }
    return edited;
  }

  private static String configured(String line, String conf) throws IOException {
    String[] property = conf.split("=", 2);
    ObjectNode environment = (ObjectNode) JSON.readTree(line);
    ((ObjectNode) environment.get("Spark Properties")).put(property[0], property[1]);
    return environment.toString();
  }

  private static void exception(ObjectNode reason, String thrown, String cause) {
    int colon = thrown.indexOf(": ");
    String trace = thrown + "\n\tat com.acme.Job.run(Job.java:12)\n" + cause;
    reason
        .put("Reason", "ExceptionFailure")
        .put("Class Name", colon < 0 ? thrown : thrown.substring(0, colon))
        .put("Description", colon < 0 ? "" : thrown.substring(colon + 2))
        .put("Full Stack Trace", trace);
  }

  private static List<String> lines(Path log) throws IOException {
    try (InputStream in = new ZstdInputStream(Files.newInputStream(log))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static List<String[]> rows(String resource) throws IOException {
    try (BufferedReader in = new BufferedReader(new InputStreamReader(
        Objects.requireNonNull(
            DeathCausesTest.class.getResourceAsStream("deaths/" + resource), resource),
        StandardCharsets.UTF_8))) {
      return in.lines()
          .skip(1)
          .map(line -> line.split("\t", 5))
          .peek(row -> assertThat(row).as(Arrays.toString(row)).hasSize(5))
          .toList();
    }
  }
}
