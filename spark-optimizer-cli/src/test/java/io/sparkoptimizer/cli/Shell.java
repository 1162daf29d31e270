package io.sparkoptimizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerBuilder;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs command lines against a {@link FakeOptimizer} in a world of its own. */
final class Shell {
  final FakeOptimizer optimizer = new FakeOptimizer();
  final List<OptimizerBuilder> opened = new ArrayList<>();
  final Map<String, String> environment = new TreeMap<>();
  final Path folder;
  String installation;
  boolean terminal;
  OutputStream stdout;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private int code;

  Shell(Path folder) {
    this.folder = folder;
    this.stdout = out;
  }

  Shell run(String... args) {
    out.reset();
    err.reset();
    Surroundings around = new Surroundings(
        stdout,
        err,
        environment,
        folder,
        folder.resolve("home"),
        "./spark-optimizer",
        installation,
        terminal,
        terminal,
        this::open);
    code = new Cli(around).run(args);
    return this;
  }

  private Optimizer open(OptimizerBuilder parts) {
    opened.add(parts);
    return optimizer;
  }

  Shell exits(int expected) {
    assertThat(code).as("exit code; stdout: %s; stderr: %s", out(), err()).isEqualTo(expected);
    return this;
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** The one document on stdout; fails where anything stands beside it. */
  JsonNode json() {
    try {
      return new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readTree(out());
    } catch (java.io.IOException e) {
      throw new AssertionError("no single JSON document: " + out(), e);
    }
  }

  Map<String, String> settings() {
    return opened.get(opened.size() - 1).settings();
  }
}
