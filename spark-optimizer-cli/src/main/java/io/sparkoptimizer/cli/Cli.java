package io.sparkoptimizer.cli;

import io.sparkoptimizer.ConflictingSettingsException;
import io.sparkoptimizer.OptimizerException;
import io.sparkoptimizer.SettingsException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands put together. Every failure ends here: as a message on stderr and an exit code, with
 * a stack trace only where {@code --verbose} asks for it.
 */
final class Cli {
  private final StandardOutput stdout;
  private final PrintWriter out;
  private final PrintWriter err;
  private final SparkOptimizerCommand top = new SparkOptimizerCommand();
  private final CommandLine commands;
  private boolean json;

  Cli(Surroundings around) {
    stdout = new StandardOutput(around.stdout());
    out = new PrintWriter(stdout, false, StandardCharsets.UTF_8);
    err = new PrintWriter(around.stderr(), true, StandardCharsets.UTF_8);
    Session session = new Session(around, top, out, err);
    boolean colour = around.stdoutTerminal() && !around.environment().containsKey("NO_COLOR");
    commands = command(top);
    Stream.of(
            new CollectCommand(session),
            new InspectCommand(session),
            new RecommendCommand(session),
            new WhatIfCommand(session),
            new AnalyzeCommand(session),
            new BacktestCommand(session),
            new TrainCommand(session),
            new ModelsCommand(session),
            new SearchEvalCommand(session),
            new ListJobsCommand(session),
            new StatsCommand(session),
            new QuickstartCommand(session))
        .forEach(command -> commands.addSubcommand(command(command)));
    commands.addSubcommand(new AutoComplete.GenerateCompletion());
    commands.addSubcommand(new CommandLine.HelpCommand());
    commands
        .setOut(out)
        .setErr(err)
        .setExpandAtFiles(false) // a file may be named @something
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(colour ? Ansi.ON : Ansi.OFF))
        .setExecutionStrategy(this::execute)
        .setParameterExceptionHandler(this::wrongUsage)
        .setExecutionExceptionHandler(this::failed);
  }

  private static CommandLine command(Object of) {
    CommandLine command = new CommandLine(of);
    command
        .getCommandSpec()
        .mixinStandardHelpOptions(true)
        .versionProvider(new SparkOptimizerCommand.Version())
        // As declared: picocli sorts by the locale's lower case, where Turkish has another i.
        .usageMessage()
        .sortOptions(false)
        .sortSynopsis(false);
    return command;
  }

  /** Runs one command line and returns the exit code. */
  int run(String... args) {
    json = isJson(List.of(args));
    int code;
    try {
      code = commands.execute(args);
      out.flush();
    } catch (Throwable failure) { // the last resort: errors, and what picocli itself trips over
      code = tell(failure);
    }
    if (stdout.readerGone()) {
      return ExitCode.DONE;
    }
    return stdout.failure() == null || code != ExitCode.DONE ? code : ExitCode.FAILED;
  }

  /** Help and version are printed here too, where a reader may be gone as well. */
  private int execute(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (UncheckedIOException e) {
      return tell(e);
    }
  }

  private int wrongUsage(ParameterException fault, String[] args) {
    CommandLine command = fault.getCommandLine();
    String message = fault.getMessage();
    err.println(command.getCommandSpec().qualifiedName() + ": " + message);
    UnmatchedArgumentException.printSuggestions(fault, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    if (top.verbose) {
      fault.printStackTrace(err);
    }
    document(String.valueOf(message));
    return ExitCode.WRONG_USAGE;
  }

  private int failed(Exception failure, CommandLine command, ParseResult parsed) {
    return failure instanceof ParameterException fault
        ? wrongUsage(fault, new String[0])
        : tell(failure);
  }

  private int tell(Throwable failure) {
    if (stdout.readerGone()) {
      return ExitCode.DONE;
    }
    if (stdout.failure() == null) {
      out.flush();
    }
    int code =
        failure instanceof SettingsException || failure instanceof ConflictingSettingsException
            ? ExitCode.WRONG_USAGE
            : ExitCode.FAILED;
    List<String> message = stdout.failure() == null
        ? message(failure)
        : List.of("cannot write the standard output: " + stdout.failure().getMessage());
    err.println("spark-optimizer: " + String.join(System.lineSeparator() + "  ", message));
    if (top.verbose) {
      failure.printStackTrace(err);
    }
    document(String.join("\n", message));
    return code;
  }

  /** One line, or a heading and its items. */
  private List<String> message(Throwable failure) {
    if (failure instanceof SettingsException settings) {
      return Stream.concat(Stream.of("wrong configuration"), settings.faults().stream())
          .toList();
    }
    if (failure instanceof OptimizerException || failure instanceof ConflictingSettingsException) {
      return List.of(String.valueOf(failure.getMessage()));
    }
    if (failure instanceof OutOfMemoryError) {
      return List.of("out of memory; give it more, as JAVA_OPTS=-Xmx4g");
    }
    return List.of("unexpected "
        + failure.getClass().getSimpleName()
        + (failure.getMessage() == null ? "" : ": " + failure.getMessage())
        + (top.verbose ? "" : "; --verbose shows where"));
  }

  /** Whoever asked for JSON gets a document in every case, and never two. */
  private void document(String error) {
    if (!json || stdout.failure() != null) {
      return;
    }
    try {
      out.flush();
      if (!stdout.begun()) {
        Json.print(out, Json.object().put("error", error));
      }
    } catch (UncheckedIOException e) {
      if (!stdout.readerGone()) {
        err.println("spark-optimizer: " + e.getMessage());
      }
    }
  }

  /** Of the words themselves: what cannot be parsed must be told in JSON too. */
  private static boolean isJson(List<String> words) {
    String joined = String.join("=", words).toLowerCase(Locale.ROOT);
    return ("=" + joined + "=").contains("=--format=json=");
  }
}
