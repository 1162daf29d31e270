package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No file that is tracked was left behind by a build or a program, and none tells of the machine that it was written on. Event logs are
 * looked at more closely by {@link CommittedLogsTest}; texts here may name folders such as {@code /home/alice} where they tell how a path
 * is treated, so that only what no author writes counts.
 */
class RepositoryHygieneTest {

  /** What compilers, virtual machines and editors leave behind. */
  private static final Pattern LEFT_BEHIND = Pattern.compile(
      "(?:.*/)?(?:javac\\.[^/]*\\.args|[^/]*\\.(?:class|hprof|orig|rej|swp)|hs_err_pid[^/]*|core\\.\\d+|[^/]*~)");

  private static final List<Pattern> TRACES = List.of(
      // hidden folders of a home: caches, repositories and settings of tools
      Pattern.compile(
          "/(?:root|home/[\\w.-]+|Users/[\\w.-]+)/\\.(?!spark-optimizer\\b)[\\w-]+(?:/[\\w.@+-]+)*"),
      // what a build wrote, by its absolute path
      Pattern.compile("(?<![\\w.})\\]*-])(?:/[\\w.@+-]+)+/target/(?:test-)?classes\\b"));

  @Test
  void repository_trackedFiles_areNoneThatAProgramLeftBehind() throws Exception {
    assertThat(trackedFiles())
        .filteredOn(file -> LEFT_BEHIND.matcher(file).matches())
        .isEmpty();
  }

  @Test
  void repository_trackedTexts_tellOfNoMachine() throws Exception {
    List<String> found = new ArrayList<>();
    int texts = 0;
    for (String file : trackedFiles()) {
      Path path = CommittedLogsTest.repository().resolve(file);
      if (!Files.isRegularFile(path)) {
        continue; // deleted, but not yet so in git
      }
      String text = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
      boolean isThis = file.endsWith("/RepositoryHygieneTest.java");
      if (text.indexOf('\0') < 0 && !isThis) {
        texts++;
        traces(text).forEach(trace -> found.add(file + ": " + trace));
      }
    }
    assertThat(found).isEmpty();
    assertThat(texts).as("or else the look passes over what it should see").isGreaterThan(300);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-classpath /root/.m2/repository/org/x/x.jar:y",
        "\"/home/alice/.cache/coursier/x.jar\"",
        "-d /builds/team/project/core/target/classes"
      })
  void traces_whatABuildWrites_isFound(String text) {
    assertThat(traces(text)).hasSize(1);
  }

  @Test
  void traces_thisCheckout_isFound() {
    assertThat(traces("see " + CommittedLogsTest.repository() + "/pom.xml"))
        .contains(CommittedLogsTest.repository().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/home/someone/.spark-optimizer/history.db",
        "~/.m2/repository",
        "${project.basedir}/target/classes",
        "spark-optimizer-core/target/classes",
        "file:/home/alice/etl.jar",
        "/data/lake/sales"
      })
  void traces_whatAuthorsWrite_isPassedOver(String text) {
    assertThat(traces(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"javac.20261119_101010.args", "core/hs_err_pid12.log", "a/B.class", "x.java~"})
  void leftBehind_filesOfPrograms_areTold(String file) {
    assertThat(LEFT_BEHIND.matcher(file).matches()).isTrue();
  }

  private static Set<String> traces(String text) {
    Set<String> found = new LinkedHashSet<>();
    for (Pattern pattern : TRACES) {
      for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
        found.add(matcher.group());
      }
    }
    String checkout = CommittedLogsTest.repository().toString();
    // A checkout right under the root has a name that any text may have.
    if (checkout.indexOf('/', 1) > 0 && text.contains(checkout)) {
      found.add(checkout);
    }
    return found;
  }

  private static List<String> trackedFiles() throws IOException, InterruptedException {
    Path repository = CommittedLogsTest.repository();
    assumeTrue(Files.exists(repository.resolve(".git")), "this is no checkout of git");
    Process git = new ProcessBuilder("git", "ls-files", "-z")
        .directory(repository.toFile())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(git.waitFor() == 0, "git does not list the files of this checkout");
    return List.of(names.split("\0", -1)).stream()
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
