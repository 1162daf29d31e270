package io.sparkoptimizer.core.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What fuzzing begins with and what it found once holds, without Jazzer: on every system, in every
 * build.
 */
class FuzzRegressionTest {
  @Test
  void decode_everyKnownInput_holds() throws Exception {
    tryAll(FuzzTargets.packed(), "CodecFuzzInputs/decode", FuzzTargets::decode);
  }

  @Test
  void read_everyKnownInput_holds() throws Exception {
    tryAll(FuzzTargets.logs(), "EventFuzzInputs/read", FuzzTargets::read);
  }

  @Test
  void compare_everyKnownInput_holds() throws Exception {
    tryAll(FuzzTargets.choices(), "OracleFuzzInputs/compare", FuzzTargets::compare);
  }

  private static void tryAll(Stream<byte[]> seeds, String folder, Consumer<byte[]> target)
      throws IOException, URISyntaxException {
    int[] seed = {0};
    seeds.forEach(input -> tryOne("seed " + seed[0]++, input, target));
    assertThat(seed[0]).isGreaterThan(5);
    URL kept = FuzzRegressionTest.class.getResource(folder);
    assertThat(kept).as(folder).isNotNull();
    try (Stream<Path> files = Files.list(Path.of(kept.toURI()))) {
      List<Path> inputs = files.sorted().toList();
      assertThat(inputs).as(folder).isNotEmpty();
      for (Path input : inputs) {
        tryOne(input.toString(), Files.readAllBytes(input), target);
      }
    }
  }

  private static void tryOne(String name, byte[] input, Consumer<byte[]> target) {
    try {
      target.accept(input);
    } catch (AssertionError | RuntimeException fault) {
      throw new AssertionError(name + ": " + fault, fault);
    }
  }
}
