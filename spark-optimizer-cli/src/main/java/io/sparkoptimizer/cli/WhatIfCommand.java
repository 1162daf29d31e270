package io.sparkoptimizer.cli;

import io.sparkoptimizer.WhatIf;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "whatif",
    description = "Says what a run would take with other resources or other input.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer whatif --app-id app-1 --executors 1,2,4,8",
      "  spark-optimizer whatif --event-log app-1 --executors 1..8 --executor-memory 4g,8g",
      "  spark-optimizer whatif --app-id app-1 --dynamic 2:20 --input-scale 2",
      "  spark-optimizer whatif --event-log app-1 --format html > whatif.html"
    })
final class WhatIfCommand implements Callable<Integer> {
  private static final int MOST_POINTS = 10_000;

  @Mixin
  RunOption which = new RunOption();

  @Option(
      names = "--executors",
      paramLabel = "COUNTS",
      converter = Converters.Counts.class,
      description = "Executor counts: 4, 1,2,4 or 1..8.")
  List<Integer> executors = List.of();

  @Option(
      names = "--dynamic",
      paramLabel = "MIN:MAX",
      converter = Converters.Bounds.class,
      description = "Dynamic allocation between these counts, instead of --executors.")
  WhatIf.@Nullable Bounds dynamic;

  @Option(
      names = "--executor-cores",
      paramLabel = "COUNTS",
      converter = Converters.Counts.class,
      description = "Cores per executor: 4 or 2,4,8.")
  List<Integer> executorCores = List.of();

  @Option(
      names = "--executor-memory",
      paramLabel = "SIZES",
      converter = Converters.Memory.class,
      description = "Heap per executor: 4g or 4g,8g,12288m.")
  List<Long> executorMemory = List.of();

  @Option(
      names = "--shuffle-partitions",
      paramLabel = "COUNTS",
      converter = Converters.Counts.class,
      description = "spark.sql.shuffle.partitions: 200 or 100,200,400.")
  List<Integer> shufflePartitions = List.of();

  @Option(
      names = "--input-scale",
      paramLabel = "X",
      defaultValue = "1",
      converter = Converters.Positive.class,
      description = "Multiple of the run's input. Default: ${DEFAULT-VALUE}.")
  double inputScale = 1;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      converter = Converters.WhatIfFormats.class,
      completionCandidates = Converters.WhatIfFormats.class,
      description =
          "${COMPLETION-CANDIDATES}; html is a page of its own, with executor counts around"
              + " today's where none are given. Default: ${DEFAULT-VALUE}.")
  OutputFormat format = OutputFormat.TABLE;

  @Spec
  @Nullable
  CommandSpec spec;

  private final Session session;

  WhatIfCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (dynamic != null && !executors.isEmpty()) {
      throw wrong("--executors and --dynamic exclude each other");
    }
    WhatIf.Query query = new WhatIf.Query(
        executors,
        Optional.ofNullable(dynamic),
        executorCores,
        executorMemory,
        shufflePartitions,
        inputScale);
    requireFew(query);
    return which.ask(session, (optimizer, run) -> {
      // A page is for its curve.
      WhatIf.Query asked = format == OutputFormat.HTML ? query.withExecutorsAround(run) : query;
      requireFew(asked);
      WhatIf answer = optimizer.whatIf(run, asked);
      switch (format) {
        case JSON -> Json.print(session.out, WhatIfJson.document(answer));
        case HTML -> WhatIfHtml.print(session.out, run, answer, asked, session.currency());
        default -> WhatIfText.print(session.out, answer, session.currency());
      }
      return answer.points().stream().allMatch(point -> point.refused() != null)
          ? ExitCode.NO_ANSWER
          : ExitCode.DONE;
    });
  }

  private void requireFew(WhatIf.Query query) {
    long points = (long) Math.max(1, query.executors().size())
        * Math.max(1, executorCores.size())
        * Math.max(1, executorMemory.size())
        * Math.max(1, shufflePartitions.size());
    if (points > MOST_POINTS) {
      throw wrong("these lists make " + points + " combinations; at most " + MOST_POINTS
          + " are computed at once");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
