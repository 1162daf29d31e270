package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Versions that stand in two files, as the modules under {@code spark/} have no parent of ours. */
class VersionsTest {

  private static final Path REPOSITORY = Path.of(System.getProperty("sparktests.repository"));

  @Test
  void spark_jobsAndOldestRelease_areOneVersion() throws IOException {
    assertThat(found("pom.xml", "<spark.version>([^<]+)<"))
        .isEqualTo(found(
            "spark-optimizer-spark-tests/spark/3.5/pom.xml",
            "<artifactId>spark-sql_2.13</artifactId>\\s*<version>([^<]+)<"));
  }

  @Test
  void plugins_withAndWithoutParent_areOneVersion() throws IOException {
    for (String plugin : new String[] {
      "maven-clean-plugin",
      "maven-install-plugin",
      "maven-deploy-plugin",
      "maven-site-plugin",
      "maven-dependency-plugin",
      "spotless-maven-plugin"
    }) {
      String version = "<artifactId>" + plugin + "</artifactId>\\s*<version>([^<]+)<";
      assertThat(found("spark-optimizer-spark-tests/spark/pom.xml", version))
          .as(plugin)
          .isEqualTo(found("pom.xml", version));
    }
  }

  private static String found(String file, String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(REPOSITORY.resolve(file)));
    assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
    return matcher.group(1);
  }
}
