package io.sparkoptimizer.cli;

import io.sparkoptimizer.Analysis;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spark.TaskMetric;
import java.io.PrintWriter;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What {@code analyze} tells people. */
final class AnalysisText {
  private static final Pattern SIZING = Pattern.compile("spark\\.("
      + "(executor|driver)\\.(instances|cores|memory|memoryOverhead|memoryOverheadFactor)"
      + "|executor\\.pyspark\\.memory|dynamicAllocation\\..+|memory\\..+|task\\.cpus"
      + "|default\\.parallelism|sql\\.shuffle\\.partitions|sql\\.adaptive\\..+"
      + "|sql\\.files\\.maxPartitionBytes)");

  private AnalysisText() {}

  static void print(PrintWriter out, Analysis analysis) {
    ApplicationRun run = analysis.run();
    RunSummary summary = RunSummary.of(run);
    out.println("Run of "
        + (run.name() == null ? "an application without a name" : Text.clean(run.name())));
    fact(
        out,
        "Application",
        Text.clean(summary.id().appId())
            + (run.attemptId() == null ? "" : ", attempt " + Text.clean(run.attemptId())));
    fact(out, "Job", Text.clean(run.jobSignature()) + " (" + run.jobType().word() + ")");
    fact(
        out,
        "Started",
        Text.time(run.startTimeMs()) + (run.startTimeMs().isPresent() ? " UTC" : ""));
    fact(out, "Duration", Text.duration(run.durationMs()) + ", " + run.status().word());
    fact(out, "Input", Text.bytes(summary.inputBytes()));
    fact(
        out,
        "Shuffle",
        Text.bytes(summary.totals().get(TaskMetric.SHUFFLE_READ_BYTES)) + " read, "
            + Text.bytes(summary.totals().get(TaskMetric.SHUFFLE_WRITE_BYTES)) + " written");
    fact(
        out,
        "Spilled",
        Text.bytes(summary.totals().get(TaskMetric.DISK_BYTES_SPILLED)) + " to disk");
    fact(
        out,
        "Executors",
        Text.count(summary.executorsPeak()) + " at most, "
            + Text.count(summary.executorCores()) + " cores, "
            + Text.memory(summary.executorMemoryMb())
            + (summary.fromTable() ? " each" : " heap each"));
    out.println();
    fact(
        out,
        "Health",
        analysis.healthScore().isPresent()
            ? analysis.healthScore().getAsInt() + " of 100"
            : Text.UNKNOWN);
    fact(out, "Bottleneck", analysis.bottleneck().word());
    Analysis.Efficiency efficiency = analysis.efficiency();
    fact(out, "Slots used", Text.percent(efficiency.slotOccupancy()));
    fact(out, "CPU used", Text.percent(efficiency.cpuUtilization()));
    fact(out, "Heap used", Text.percent(efficiency.heapUtilization()));
    fact(
        out,
        "Wasted",
        Text.hours(efficiency.wastedCoreHours()) + " core-hours, "
            + Text.hours(efficiency.wastedGbHours()) + " GB-hours");
    times(out, efficiency.breakdownMs());
    configuration(out, run);
    findings(out, analysis);
    out.flush();
  }

  private static void fact(PrintWriter out, String name, String value) {
    out.println(Text.format("  %-12s %s", name, value));
  }

  private static void times(PrintWriter out, Analysis.Breakdown times) {
    Table table = new Table("<Where the time went", ">Time", "<Of");
    time(table, "start-up", times.startup(), "wall clock");
    time(table, "driver", times.driver(), "wall clock");
    time(table, "compute", times.compute(), "slots");
    time(table, "garbage collection", times.gc(), "slots");
    time(table, "waiting for shuffle", times.shuffleReadWait(), "slots");
    time(table, "spill", times.spill(), "slots");
    time(table, "skew tail", times.skewTail(), "slots");
    time(table, "scheduling", times.scheduling(), "slots");
    time(table, "retries", times.retries(), "slots");
    time(table, "idle", times.idle(), "slots");
    if (!table.isEmpty()) {
      out.println();
      table.print(out, "  ");
    }
  }

  private static void time(Table table, String what, OptionalLong ms, String of) {
    if (ms.isPresent()) {
      table.row(what, Text.duration(ms), of);
    }
  }

  /** What decides about resources; the whole configuration is in {@code inspect}. */
  private static void configuration(PrintWriter out, ApplicationRun run) {
    Table table = new Table("<Configuration", "<Value");
    run.configuration().forEach((key, value) -> {
      if (SIZING.matcher(key).matches()) {
        table.row(key, value);
      }
    });
    if (!table.isEmpty()) {
      out.println();
      table.print(out, "  ");
    }
  }

  private static void findings(PrintWriter out, Analysis analysis) {
    out.println();
    if (analysis.findings().isEmpty()) {
      out.println(
          analysis.run().tableRow() == null
              ? "No finding: nothing stands out."
              : "No finding: the run is a row of a table, which tells of no stages.");
      return;
    }
    out.println(analysis.findings().size()
        + (analysis.findings().size() == 1 ? " opportunity" : " opportunities"));
    for (Analysis.Finding finding : analysis.findings()) {
      out.println();
      out.println("  [" + finding.severity().word() + "] " + Text.clean(finding.title())
          + (finding.stageId().isPresent() ? " (stage " + finding.stageId().getAsInt() + ")" : ""));
      for (Analysis.Measured measured : finding.evidence()) {
        out.println("    seen: " + Text.clean(measured.metric()) + " "
            + Text.figure(measured.observed()) + ", threshold "
            + Text.figure(measured.threshold()) + " " + Text.clean(measured.unit()));
      }
      if (finding.wastedMs().isPresent() || finding.wastedCoreHours().isPresent()) {
        out.println("    cost: " + Text.duration(finding.wastedMs()) + ", "
            + Text.hours(finding.wastedCoreHours()) + " core-hours");
      }
      Text.wrap(finding.advice(), "    ").forEach(out::println);
      new TreeMap<>(finding.sparkConf())
          .forEach((key, value) -> out.println("      " + key + " " + Text.clean(value)));
    }
  }
}
