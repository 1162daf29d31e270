package io.sparkoptimizer.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkoptimizer.SettingsException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MappingSettingsTest {
  private static Map<String, String> least(String... more) {
    Map<String, String> settings = new HashMap<>(Map.of(
        "mapping.job.column", "algorithm",
        "mapping.duration_ms.column", "gross_runtime",
        "mapping.instances.column", "instance_count"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put("mapping." + more[i], more[i + 1]);
    }
    return settings;
  }

  private static List<String> faults(Map<String, String> settings) {
    try {
      MappingSettings.read(settings);
      return List.of();
    } catch (SettingsException wrong) {
      return wrong.faults();
    }
  }

  @Test
  void read_everyKey_isUnderstood() {
    TableMapping mapping = MappingSettings.read(least(
        "separator", "\\t",
        "duration_ms.scale", "1000",
        "instance_type.column", "machine_type",
        "total_cores.column", "slots",
        "total_memory_mb.column", "memory",
        "input_bytes.column", "data_size_MB",
        "input_bytes.scale", "1e6",
        "input_bytes.missing[0]", "-1",
        "price_per_core_hour", "0.04",
        "price_per_gb_hour.value", "0.005",
        "size.column", "dataset",
        "failed.column", "completed",
        "failed.values[0]", "false",
        "parameters[1]", "k means",
        "parameters[0]", "features",
        "job_class.column", "class",
        "filter.machine_type[0]", "r4.2xlarge",
        "filter.machine_type[1]", "m4.2xlarge",
        "filter.instance_count[0]", "> 2",
        "filter.instance_count[1]", "<=6",
        "aggregate", "median"));
    assertThat(mapping.separator(Path.of("a.csv"))).isEqualTo('\t');
    assertThat(mapping.source("input_bytes"))
        .contains(new Source("data_size_MB", null, 1e6, List.of("-1")));
    assertThat(mapping.source("price_per_core_hour"))
        .contains(new Source(null, "0.04", 1, List.of()));
    assertThat(mapping.parameters())
        .isEqualTo(Map.of("features", "features", "k_means", "k means"));
    assertThat(mapping.filter())
        .isEqualTo(Map.of(
            "machine_type",
            List.of(Condition.anyOf(List.of("r4.2xlarge", "m4.2xlarge"))),
            "instance_count",
            List.of(
                new Condition(Condition.Operator.MORE, List.of("2")),
                new Condition(Condition.Operator.AT_MOST, List.of("6")))));
    assertThat(mapping.failedValues()).containsExactly("false");
    assertThat(mapping.median()).isTrue();
  }

  @Test
  void read_executors_areInstances() {
    Map<String, String> settings = least(
        "executors.column", "n",
        "executor_cores", "4",
        "executor_memory_mb.column", "heap");
    settings.remove("mapping.instances.column");
    TableMapping mapping = MappingSettings.read(settings);
    assertThat(mapping.source("instances")).contains(new Source("n", null, 1, List.of()));
    assertThat(mapping.source("cores_per_instance")).contains(new Source(null, "4", 1, List.of()));
    assertThat(mapping.source("memory_mb_per_instance"))
        .contains(new Source("heap", null, 1, List.of()));
  }

  @Test
  void separator_notGiven_goesByTheFile() {
    TableMapping mapping = MappingSettings.read(least());
    assertThat(mapping.separator(Path.of("runs.TSV"))).isEqualTo('\t');
    assertThat(mapping.separator(Path.of("runs.csv"))).isEqualTo(',');
  }

  @Test
  void read_nothing_namesWhatIsMissing() {
    assertThat(faults(Map.of()))
        .containsExactly(
            "mapping is missing; expected what the columns mean, as mapping.job.column");
    assertThat(faults(Map.of("mapping.aggregate", "median")))
        .containsExactlyInAnyOrder(
            "mapping.job is missing; expected {column: NAME}, {value: WORD} or {file_name: true}",
            "mapping.duration_ms is missing; expected the column of the time a run took",
            "mapping.instances is missing; expected the column of the number of nodes or executors");
  }

  @Test
  void read_everyFault_isToldAtOnce() {
    assertThat(faults(least(
            "separator", ";;",
            "job.file_name", "true",
            "duration_ms.scale", "0",
            "input_bytes", "much",
            "size", "dataset",
            "total_cores.column", "a",
            "cores_per_instance.column", "b",
            "cost.column", "c",
            "price_per_core_hour", "-1",
            "failed.column", "completed",
            "filter.instance_count", "> two",
            "filter.machine_type[0]", "> 2",
            "filter.machine_type[1]", "m4",
            "aggregate", "mean",
            "durations.column", "x",
            "executors.column", "n")))
        .anySatisfy(
            fault -> assertThat(fault).startsWith("mapping.separator is \";;\"; expected one"))
        .contains("mapping.job.file_name is \"true\"; expected one of job.column, job.value and"
            + " job.file_name")
        .contains("mapping.duration_ms.scale is \"0\"; expected a number above 0")
        .contains(
            "mapping.input_bytes is \"much\"; expected {column: NAME}, or a number above 0 that"
                + " holds for all rows")
        .contains("mapping.size is \"dataset\"; expected {column: NAME} or {value: WORD}")
        .contains("mapping.total_cores and cores_per_instance exclude each other; expected one"
            + " of them")
        .contains(
            "mapping.cost and price_per_core_hour exclude each other; expected one of" + " them")
        .contains(
            "mapping.price_per_gb_hour is missing; expected both prices, of a core and of a GB")
        .contains(
            "mapping.failed.values is missing; expected the cells of \"completed\" that say that"
                + " a run failed, as [\"false\"]")
        .anySatisfy(fault -> assertThat(fault)
            .startsWith("mapping.filter.instance_count is \"> two\"; expected a value, or one of"))
        .anySatisfy(fault -> assertThat(fault)
            .startsWith("mapping.filter.machine_type is \"m4\"; expected a list of values, or"))
        .contains("mapping.aggregate is \"mean\"; expected median")
        .anySatisfy(fault -> assertThat(fault)
            .startsWith("mapping.durations.column is no key of a mapping; known are separator, "))
        .contains(
            "mapping.executors is \"n\"; expected one of executors and instances: both say the same")
        .hasSize(15);
  }

  @Test
  void read_plainWord_isOneFault() {
    Map<String, String> settings = least("job", "sort", "foo", "1", "duration_ms.unit", "s");
    settings.remove("mapping.job.column");
    assertThat(faults(settings))
        .satisfiesExactly(
            first -> assertThat(first)
                .isEqualTo("mapping.job is \"sort\"; expected {column: NAME} or {value: WORD}"),
            second -> assertThat(second)
                .startsWith("mapping.duration_ms.unit, foo are no keys of a mapping; known are"));
  }

  @Test
  void read_pricesOfCoresWithoutCores_refused() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() ->
            MappingSettings.read(least("price_per_core_hour", "0.1", "price_per_gb_hour", "0.01")))
        .withMessageContaining("are of no use without cores and memory");
  }

  @Test
  void number_ofAnyLocale_isWrittenWithAPoint() {
    assertThat(Numbers.of("1.5e3")).hasValue(1500);
    assertThat(Numbers.of(" 7 ")).hasValue(7);
    for (String none : List.of("1,5", "1d", "0x10", "NaN", "Infinity", "1e999", "", "1 000", "١")) {
      assertThat(Numbers.of(none)).as(none).isEmpty();
    }
    assertThat(Numbers.same("2", "2.0")).isTrue();
    assertThat(Numbers.same("false", " false")).isTrue();
    assertThat(Numbers.same("False", "false")).isTrue();
    assertThat(Numbers.same("Failed", "failed")).isFalse();
  }
}
