package io.sparkoptimizer.cli;

import io.sparkoptimizer.Analysis;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "analyze",
    description = "Says what a run did with what it was given, and what to change.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer analyze --app-id application_1718000000000_0042",
      "  spark-optimizer analyze --event-log /var/log/spark/app-20261101120000-0001",
      "  spark-optimizer analyze --app-id app-1 --format json | jq '.findings[].title'"
    })
final class AnalyzeCommand implements Callable<Integer> {
  @Mixin
  RunOption which = new RunOption();

  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  AnalyzeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return which.ask(session, (optimizer, run) -> {
      Analysis analysis = optimizer.analyze(run);
      if (format.isJson()) {
        Json.print(session.out, AnalysisJson.document(analysis));
      } else {
        AnalysisText.print(session.out, analysis);
      }
      return ExitCode.DONE;
    });
  }
}
