namespace MetaGrains.Repository.Tests.Checks;

/// <summary>The scanners catch what they are for and leave the look-alikes alone.</summary>
public sealed class CodeRulesTests
{
    private const string Core = "src/Core/One.cs";
    private const string Graph = "src/Graph/One.cs";
    private const string Test = "tests/One.Tests/One.cs";

    [Theory]
    [InlineData(Graph, "var x = DateTime.Now;")]
    [InlineData(Graph, "var x = DateTime.UtcNow;")]
    [InlineData(Graph, "var x = DateTime.Today;")]
    [InlineData(Graph, "var x = DateTimeOffset.Now;")]
    [InlineData(Graph, "var x = System.DateTimeOffset\n    .UtcNow;")]
    [InlineData(Graph, "var x = $\"at {DateTime.UtcNow}\";")]
    [InlineData(Graph, "var x = Stopwatch.StartNew();")]
    [InlineData(Graph, "var x = Stopwatch.GetTimestamp();")]
    [InlineData(Graph, "var x = Environment.TickCount;")]
    [InlineData(Graph, "var x = Environment.TickCount64;")]
    [InlineData(Test, "Thread.Sleep(1);")]
    [InlineData(Test, "var x = new Random();")]
    [InlineData(Test, "Random x = new();")]
    [InlineData(Core, "var x = Guid.NewGuid();")]
    [InlineData(Core, "var x = Random.Shared.Next();")]
    [InlineData(Test, "[Fact(Skip = \"flaky\")] public void X() { }")]
    [InlineData(Test, "[Theory(DisplayName = \"x\", Skip=\"flaky\")] public void X() { }")]
    public void A_clock_a_sleep_or_a_skipped_test_is_found(string path, string source) =>
        Assert.Single(CodeRules.Apply(CodeRules.Clocks, path, source));

    [Theory]
    [InlineData(Graph, "// DateTime.UtcNow is banned, and so is new Random()")]
    [InlineData(Graph, "/// <c>Thread.Sleep</c>")]
    [InlineData(Graph, "var x = \"DateTime.UtcNow\";")]
    [InlineData(Graph, "var x = \"\"\"Thread.Sleep(1);\"\"\";")]
    [InlineData(Graph, "var x = MyDateTime.Now;")]
    [InlineData(Graph, "var x = DateTime.NowOrNever;")]
    [InlineData(Graph, "var x = DateTime.UnixEpoch;")]
    [InlineData(Graph, "var x = time.GetUtcNow();")]
    [InlineData(Graph, "var x = clock.Now;")]
    [InlineData(Graph, "var x = new Random(42);")]
    [InlineData(Graph, "Random x = new(seed);")]
    [InlineData(Graph, "var x = new RandomAccount();")]
    [InlineData(Graph, "var x = Guid.NewGuid();")]
    [InlineData(Graph, "var x = Random.Shared.Next();")]
    [InlineData(Core, "var x = NotGuid.NewGuidLike;")]
    [InlineData(Graph, "var x = new Page { Skip = \"five\" };")]
    [InlineData(Test, "var x = new Page { Skip = 5 };")]
    [InlineData(Test, "var x = rows.Skip(1);")]
    [InlineData(Test, "if (!found) Skip = \"what it needs is not on this machine\";")]
    public void What_only_looks_like_a_clock_is_left_alone(string path, string source) =>
        Assert.Empty(CodeRules.Apply(CodeRules.Clocks, path, source));

    [Theory]
    [InlineData("await Task.Delay(100);")]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1));")]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);")]
    [InlineData("await Task.Delay(Wait(1, 2), CancellationToken.None);")]
    [InlineData("await Task.Delay(wait, timeoutToken);")]
    [InlineData("await Task\n    .Delay(wait, stopping);")]
    public void A_delay_by_the_system_clock_is_found(string source) => Assert.Single(CodeRules.Delays(Graph, source));

    [Theory]
    [InlineData("await Task.Delay(wait, _time);")]
    [InlineData("await Task.Delay(wait, timeProvider);")]
    [InlineData("await Task.Delay(wait, clock, cancellationToken);")]
    [InlineData("await Task.Delay(Wait(1, 2), TimeProvider.System, CancellationToken.None);")]
    [InlineData("// await Task.Delay(100);")]
    [InlineData("await MyTask.Delays(100);")]
    public void A_delay_by_a_time_provider_is_left_alone(string source) => Assert.Empty(CodeRules.Delays(Graph, source));

    [Theory]
    [InlineData("var x = File.ReadAllText(path);")]
    [InlineData("var x = System.IO.Directory.GetFiles(path);")]
    [InlineData("using var x = new FileStream(handle);")]
    [InlineData("using System.Net.Http;")]
    [InlineData("private readonly HttpClient _http;")]
    [InlineData("Console.WriteLine(1);")]
    [InlineData("var x = Environment.GetEnvironmentVariable(name);")]
    public void An_effect_in_Core_is_found_and_elsewhere_allowed(string source)
    {
        Assert.NotEmpty(CodeRules.Apply(CodeRules.Purity, Core, source));
        Assert.Empty(CodeRules.Apply(CodeRules.Purity, Graph, source));
    }

    [Theory]
    [InlineData("// A File. The Console. Environment.")]
    [InlineData("var x = report.File.Name;")]
    [InlineData("public sealed record Profile(string Directory);")]
    [InlineData("using System.Buffers;")]
    [InlineData("var x = \"System.Net\";")]
    public void What_only_looks_like_an_effect_is_left_alone(string source) =>
        Assert.Empty(CodeRules.Apply(CodeRules.Purity, Core, source));

    [Theory]
    [InlineData("public sealed class SyncManager;")]
    [InlineData("internal static class SqlHelpers { }")]
    [InlineData("public readonly record struct DateUtil(int X);")]
    [InlineData("internal static class StringUtilities { }")]
    [InlineData("throw new NotImplementedException();")]
    public void A_name_that_says_nothing_is_found(string source) => Assert.Single(CodeRules.Apply(CodeRules.Names, Graph, source));

    [Theory]
    [InlineData("public sealed class Utilization;")]
    [InlineData("public sealed class ManagerialReport;")]
    [InlineData("// class SyncManager")]
    [InlineData("var x = helper.Value;")]
    [InlineData("public IManagementGrain Grain { get; }")]
    public void A_name_that_says_something_is_left_alone(string source) =>
        Assert.Empty(CodeRules.Apply(CodeRules.Names, Graph, source));

    [Theory]
    [InlineData("#if ORLEANS\n#endif", 1)]
    [InlineData("  # if !GRAIN_ENGINE_PORTABLE\n#endif", 1)]
    [InlineData("#if DEBUG\n#elif Portable\n#endif", 1)]
    [InlineData("#if DEBUG\n#endif", 0)]
    [InlineData("// #if ORLEANS", 0)]
    [InlineData("var x = \"\"\"\n#if ORLEANS\n\"\"\";", 0)]
    public void A_condition_on_the_engine_is_found(string source, int findings)
    {
        Assert.Equal(findings, CodeRules.EngineConditions(Graph, source).Count());
        Assert.Empty(CodeRules.EngineConditions("src/Engine/One.cs", source));
    }

    [Theory]
    [InlineData("// TO" + "DO: later", 1)]
    [InlineData("var x = \"FIX" + "ME\";", 1)]
    [InlineData("// a to-do list, methodology, hacked", 0)]
    public void A_mark_of_unfinished_work_is_found(string source, int findings) =>
        Assert.Equal(findings, CodeRules.Marks(Graph, source).Count());

    [Fact]
    public void A_finding_names_file_and_line() =>
        Assert.Equal(["src/Graph/One.cs:3: Thread.Sleep: wait for the effect, with a deadline"], CodeRules.Apply(CodeRules.Clocks, Graph, "// one\n\nThread.Sleep(1);"));
}
