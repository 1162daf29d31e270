package io.sparkoptimizer.cli;

import picocli.CommandLine.Option;

/** How a command prints its answer: for people, or as one JSON document. */
final class FormatOption {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      converter = Converters.Formats.class,
      completionCandidates = Converters.Formats.class,
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private OutputFormat format = OutputFormat.TABLE;

  boolean isJson() {
    return format == OutputFormat.JSON;
  }
}
