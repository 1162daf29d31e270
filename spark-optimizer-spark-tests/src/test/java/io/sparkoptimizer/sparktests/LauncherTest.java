package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and the one jar of the command, in a folder that is no checkout: nothing is built. */
class LauncherTest {

  /** Made by a shell, as this process may not be able to say the names. */
  private static final String COPY = """
      set -eu
      mkdir -p "$2/my logs"
      cp "$1/nightly-sales-2026-11-01.zstd" "$2/my logs/$(printf 'n\\303\\244chtlich \\346\\227\\245').zstd"
      cp "$1/spilling-sort.zstd" "$2/my logs/it's a; \\$(log) & \\"more\\" %41"
      cp -r "$1/eventlog_v2_app-20261120111831-0000" "$2/my logs/"
      """;

  @TempDir
  private Path folder;

  @Test
  void commands_inEveryLocaleAndTimeZone_printTheSame() throws Exception {
    install();
    Map<String, List<String>> printed = new TreeMap<>();
    for (String locale : List.of("C", "C.UTF-8")) {
      for (String zone : List.of("UTC", "Pacific/Chatham")) {
        printed.put(locale + " " + zone, commands(locale, zone));
      }
    }
    List<String> expected = printed.get("C.UTF-8 UTC");
    JsonNode inspected = new ObjectMapper().readTree(expected.get(0));
    assertThat(inspected.at("/skipped")).isEmpty();
    assertThat(inspected.at("/applications").findValues("source"))
        .extracting(source -> source.get(0).asText())
        .contains("my logs/n\u00e4chtlich \u65e5.zstd", "my logs/it's a; $(log) & \"more\" %41");
    assertThat(expected.get(1)).contains("Successfully processed 3 jobs");
    assertThat(expected.get(2)).contains("3 of 3 runs");
    printed.forEach((where, texts) -> {
      for (int i = 0; i < expected.size(); i++) {
        // Not compared by the library: its message would be megabytes.
        assertThat(texts.get(i).equals(expected.get(i)))
            .as("command %s in %s prints the same", i, where)
            .isTrue();
      }
    });
  }

  /** Where upper and lower case of i are other letters: a word that is turned without a locale is no key. */
  @Test
  void commands_underATurkishSystem_printTheSame() throws Exception {
    Path locale = Files.createDirectory(folder.resolve("locales")).resolve("tr_TR.UTF-8");
    assumeTrue(isMade(locale), "no localedef, or no source of the locale tr_TR");
    install();
    assertThat(commands("tr_TR.UTF-8", "Europe/Istanbul").equals(commands("C.UTF-8", "UTC")))
        .as("the commands print the same")
        .isTrue();
  }

  /** Without the launcher, as in a cron table: the locale has no letters for some of the names. */
  @Test
  void jar_underTheCLocale_readsFilesOfAnyName() throws Exception {
    install();
    ProcessBuilder program = new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-jar",
        "target/launcher/spark-optimizer.jar",
        "collect",
        "--event-log-dir",
        "my logs",
        "--db-url",
        "sqlite:///" + folder.resolve("c.db"));
    program.environment().put("LC_ALL", "C");
    assertThat(succeed(program)).contains("Successfully processed 3 jobs");
  }

  private boolean isMade(Path locale) throws InterruptedException {
    try {
      return new ProcessBuilder("localedef", "-i", "tr_TR", "-f", "UTF-8", locale.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private List<String> commands(String locale, String zone) {
    String database = "sqlite:///" + folder.resolve(locale + zone.replace('/', '-') + " ?.db");
    List<String> printed = new ArrayList<>();
    for (List<String> command : List.of(
        List.of("inspect", "my logs", "--format", "json"),
        List.of("collect", "--event-log-dir", "my logs", "--db-url", database),
        List.of("list-jobs", "--db-url", database),
        List.of("stats", "--db-url", database, "--format", "json"))) {
      List<String> line = new ArrayList<>(List.of("./spark-optimizer"));
      line.addAll(command);
      ProcessBuilder program = new ProcessBuilder(line);
      program
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
      program.environment().put("LC_ALL", locale);
      program.environment().put("LOCPATH", folder.resolve("locales").toString());
      program.environment().put("TZ", zone);
      program.environment().put("JAVA_HOME", System.getProperty("java.home"));
      program.environment().put("HOME", folder.toString());
      // How long it took is never the same.
      printed.add(succeed(program).replaceAll("(logs read: .*) in .*", "$1"));
    }
    return printed;
  }

  private String succeed(ProcessBuilder program) {
    try (CommandProcess process = CommandProcess.start(folder, program)) {
      return process.succeed();
    }
  }

  private static Path repository() {
    return Path.of(System.getProperty("sparktests.repository")).normalize();
  }

  private static Path samples() {
    return repository().resolve("samples").resolve("eventlogs");
  }

  private void install() throws IOException {
    succeed(
        new ProcessBuilder("bash", "-c", COPY, "copy", samples().toString(), folder.toString()));
    Files.copy(
        repository().resolve("spark-optimizer"),
        folder.resolve("spark-optimizer"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Path built = repository().resolve("spark-optimizer-cli").resolve("target");
    List<Path> jars;
    try (Stream<Path> files = Files.list(built)) {
      jars = files.filter(file -> file.toString().endsWith("-all.jar")).toList();
    }
    assertThat(jars).as("the command's jar under %s", built).hasSize(1);
    Path launcher = Files.createDirectories(folder.resolve("target").resolve("launcher"));
    Files.copy(jars.get(0), launcher.resolve("spark-optimizer.jar"));
  }
}
