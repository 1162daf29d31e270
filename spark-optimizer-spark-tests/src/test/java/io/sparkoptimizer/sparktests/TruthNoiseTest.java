package io.sparkoptimizer.sparktests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TruthNoiseTest {

  private static final String HEADER = "file,workload,kind,executors,cores,partitions,work_ms,"
      + "quality,adaptive,parallelism_first,dynamic,input_multiple";

  @Test
  void table_repeats_deviateFromTheirOwnMedian() {
    List<String> table = TruthNoise.table(List.of(
        HEADER,
        "a-x1-2x1-r1.zstd,a,wait,2,1,200,1000,quiet,true,true,,1",
        "a-x1-2x1-r2.zstd,a,wait,2,1,200,1100,quiet,true,true,,1",
        "a-x1-2x1-r3.zstd,a,wait,2,1,200,980,quiet,true,true,,1",
        "a-x1-2x1-r4.zstd,a,wait,2,1,200,9000,noisy,true,true,,1",
        "a-x1-1x1-r1.zstd,a,wait,1,1,200,2000,quiet,true,true,,1",
        "a-x1-1x1-r2.zstd,a,wait,1,1,200,2200,quiet,true,true,,1",
        "a-x2-1x1-r1.zstd,a,wait,1,1,200,4000,quiet,true,true,,2"));

    assertThat(table.subList(2, table.size()))
        .containsExactly("| a | executors | 2 | 5 | 10.0 % | 4.3 % |");
  }

  @Test
  void table_eachDimension_hasALineOfItsOwn() {
    List<String> table = TruthNoise.table(List.of(
        HEADER,
        "a-1to4x1-r1.zstd,a,wait,4,1,200,10,quiet,true,true,1:4,1",
        "a-1to4x1-r2.zstd,a,wait,4,1,200,10,quiet,true,true,1:4,1",
        "a-x2-r1.zstd,a,wait,2,1,200,10,quiet,true,true,,2",
        "a-x2-r2.zstd,a,wait,2,1,200,10,quiet,true,true,,2",
        "a-off-r1.zstd,a,wait,2,1,16,10,quiet,false,,,1",
        "a-off-r2.zstd,a,wait,2,1,16,10,quiet,false,,,1",
        "a-size-r1.zstd,a,wait,2,1,200,10,quiet,true,false,,1",
        "a-size-r2.zstd,a,wait,2,1,200,10,quiet,true,false,,1",
        "a-p8-r1.zstd,a,wait,2,1,8,10,quiet,true,true,,1",
        "a-p8-r2.zstd,a,wait,2,1,8,10,quiet,true,true,,1",
        "a-1x4-r1.zstd,a,wait,1,4,200,10,quiet,true,true,,1",
        "a-1x4-r2.zstd,a,wait,1,4,200,10,quiet,true,true,,1",
        "b-4x1-spark4.1-r1/eventlog_v2_x,b,wait,4,1,,10,quiet,,,,1",
        "b-4x1-spark4.1-r2/eventlog_v2_y,b,wait,4,1,,12,quiet,,,,1"));

    assertThat(table.subList(2, table.size()))
        .extracting(line -> line.split(" \\| ", -1)[1])
        .containsExactly(
            "adaptive execution off",
            "coalescing by size",
            "cores",
            "dynamic allocation",
            "input",
            "partitions",
            "more executors than processors");
    assertThat(table.get(table.size() - 1)).contains("| 1 | 2 | 9.1 % | 9.1 % |");
  }

  @Test
  void table_columnMissing_namesIt() {
    assertThatThrownBy(() -> TruthNoise.table(List.of("file", "a-r1.zstd")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the manifest has no column quality; it has [file]");
  }
}
