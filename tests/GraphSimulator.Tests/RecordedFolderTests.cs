using MetaGrains.GraphSimulator.Recorded;
using MetaGrains.Testing;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class RecordedFolderTests
{
    private const string Feed = "query_36_insights.csv";

    [RecordedDataFact]
    public async Task A_missing_folder_is_named() =>
        Assert.Contains("/no/such/folder does not exist", await Refused("/no/such/folder"), StringComparison.Ordinal);

    [RecordedDataFact]
    public async Task A_missing_file_is_named()
    {
        using var copy = new RecordingCopy();
        copy.Delete(Feed);
        Assert.StartsWith($"{Feed} is missing in ", await Refused(copy.Folder), StringComparison.Ordinal);
        copy.Delete("accounts.csv");
        Assert.StartsWith("accounts.csv is missing in ", await Refused(copy.Folder), StringComparison.Ordinal);
    }

    [RecordedDataFact]
    public async Task A_wrong_header_is_named()
    {
        using var copy = new RecordingCopy();
        copy.Change(Feed, text => text.Replace(",impressions,", ",views,", StringComparison.Ordinal));
        Assert.Equal($"{Feed} line 1: the column 'impressions' is missing.", await Refused(copy.Folder));
    }

    [RecordedDataFact]
    public async Task A_wrong_number_is_named_with_its_place()
    {
        using var copy = new RecordingCopy();
        copy.Change(Feed, text => text.Replace(",38,31,0.55\n", ",many\u0007,31,0.55\n", StringComparison.Ordinal));
        Assert.Equal($"{Feed} line 2 column 'impressions': 'many?' is not a whole number.", await Refused(copy.Folder));
    }

    [RecordedDataFact]
    public async Task Too_fine_an_amount_a_wrong_date_and_a_short_line_are_named()
    {
        using var money = new RecordingCopy();
        money.Change(Feed, text => text.Replace(",38,31,0.55\n", ",38,31,0.555\n", StringComparison.Ordinal));
        Assert.Equal($"{Feed} line 2 column 'spend': '0.555' is not an amount of EUR with at most 2 decimals.", await Refused(money.Folder));
        using var date = new RecordingCopy();
        date.Change(Feed, text => text.Replace("2026-02-06,2026-02-06,38", "2026-02-06,6.2.2026,38", StringComparison.Ordinal));
        Assert.Equal($"{Feed} line 2 column 'date_stop': '6.2.2026' is not a date (YYYY-MM-DD).", await Refused(date.Folder));
        using var line = new RecordingCopy();
        line.Change(Feed, text => text.Replace(",38,31,0.55\n", ",38,31\n", StringComparison.Ordinal));
        Assert.Equal($"{Feed} line 2: 16 values for 17 columns.", await Refused(line.Folder));
    }

    [RecordedDataFact]
    public async Task A_line_that_stands_there_twice_is_named()
    {
        using var copy = new RecordingCopy();
        copy.Change(Feed, text => text + text.Split('\n')[1] + "\n");
        Assert.Equal($"{Feed} line 552 column 'ad_id': the ad 120240448531990604 stands there twice for 2026-02-06.", await Refused(copy.Folder));
    }

    [RecordedDataFact]
    public async Task An_open_quote_and_bytes_that_are_no_text_are_named()
    {
        using var copy = new RecordingCopy();
        copy.Change("query_163_ads.csv", text => text + "\"never closed\n");
        Assert.StartsWith("query_163_ads.csv line 283: a quoted field is never closed", await Refused(copy.Folder), StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(copy.Folder, "query_163_ads.csv"), [0xFF, 0xFE, 0x00]);
        Assert.Equal("query_163_ads.csv is not UTF-8 text.", await Refused(copy.Folder));
    }

    [RecordedDataFact]
    public async Task An_orphan_is_named()
    {
        using var copy = new RecordingCopy();
        copy.Change("query_163_ads.csv", text => text.Replace("361744628296290,120241721599840604", "361744628296290,777", StringComparison.Ordinal));
        Assert.Contains("column 'adset_id': 777 is not recorded.", await Refused(copy.Folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "1|2")]
    [InlineData("a,b\r\n1,2", "1|2")]
    [InlineData("\uFEFFa,b\n\"1,\"\"x\"\"\",\n", "1,\"x\"|")]
    [InlineData("a,b\n\"1\r\n2\",3\n", "1\r\n2|3")]
    [InlineData("a,b\n,\n", "|")]
    public void Csv_is_read_as_the_RFC_says(string text, string second)
    {
        var records = CsvReader.ReadAll(text);
        Assert.Equal(2, records.Count);
        Assert.Equal(["a", "b"], records[0].Values);
        Assert.Equal(second, string.Join('|', records[1].Values));
    }

    [Theory]
    [InlineData("a\"b\n", "line 1:")]
    [InlineData("a\n\"b\"c\n", "line 2:")]
    [InlineData("a\n\"b\n\n", "line 2:")]
    [InlineData("a\rb\n", "line 1:")]
    public void What_is_no_csv_is_refused_with_its_line(string text, string place) =>
        Assert.StartsWith(place, Assert.Throws<FormatException>(() => CsvReader.ReadAll(text)).Message, StringComparison.Ordinal);

    private static async Task<string> Refused(string folder)
    {
        var options = new GraphSimulatorOptions { DataDirectory = folder };
        var message = (await Assert.ThrowsAsync<RecordedDataException>(() => GraphSimulatorServer.StartAsync(options))).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    /// <summary>A copy of the files that are served, to spoil.</summary>
    private sealed class RecordingCopy : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("recording-").FullName;

        public RecordingCopy()
        {
            foreach (var file in new[]
                {
                    "accounts.csv", Feed, "query_22_insights.csv", "query_39_insights.csv", "query_81_insights.csv",
                    "query_200_campaigns.csv", "query_173_adsets.csv", "query_163_ads.csv",
                })
            {
                File.Copy(Path.Combine(RepositoryRoot.RecordedAccount, file), Path.Combine(Folder, file));
            }
        }

        public void Delete(string file) => File.Delete(Path.Combine(Folder, file));

        public void Change(string file, Func<string, string> change)
        {
            var path = Path.Combine(Folder, file);
            var text = File.ReadAllText(path);
            var changed = change(text);
            Assert.NotEqual(text, changed);
            File.WriteAllText(path, changed);
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
