package io.sparkoptimizer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads YAML files of keys and values; a key that stands twice is a fault. */
final class YamlFile {
  private YamlFile() {}

  /**
   * The file's keys and values.
   *
   * @param where names the file in a fault
   * @param example of keys and values, for the fault of a file that has none
   * @param faults takes why it cannot be read
   * @param wordsStay whether yes, no, on and off are words and not truths: cells of a table are compared
   *     with them
   * @return null where it cannot be read, or is empty
   */
  static @Nullable JsonNode read(
      Path file, String where, String example, List<String> faults, boolean wordsStay) {
    ObjectMapper yaml = new ObjectMapper(YAMLFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .configure(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS, wordsStay)
        .build());
    JsonNode root;
    try {
      root = yaml.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      faults.add(where + ": no such file");
      return null;
    } catch (JsonProcessingException e) {
      String first = e.getOriginalMessage().lines().findFirst().orElse("");
      faults.add(where
          + (e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr())
          + ": no YAML: "
          + first);
      return null;
    } catch (IOException e) {
      faults.add(where + ": cannot be read: " + e.getMessage());
      return null;
    }
    if (root.isObject()) {
      return root;
    }
    if (!root.isMissingNode() && !root.isNull()) {
      faults.add(where + ": expected keys and values, as " + example);
    }
    return null;
  }
}
