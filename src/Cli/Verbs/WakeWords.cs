using System.CommandLine;
using System.Globalization;

namespace MetaGrains.Cli.Verbs;

/// <summary>The options of <c>bench wake</c> alone.</summary>
internal sealed class WakeWords
{
    private const int MostSilos = 16;

    private readonly Option<int> _interval = Verb.Number("--interval", "Of wake: seconds from one due time of a grain to its next.", 60, 1, 3600);
    private readonly Option<int> _intervals = Verb.Number("--intervals", "Of wake: for how many intervals is measured.", 3, 1, 100);
    private readonly Option<int> _quartz = Verb.Number("--quartz-accounts", "Of wake: triggers of Quartz.NET; 0 finds the most at which it misses nothing.", 0, 0, 1_000_000);
    private readonly Option<bool> _withoutQuartz = new("--without-quartz") { Description = "Of wake: leave Quartz.NET out." };
    private readonly Option<string> _silos = Silos();

    public Option[] Options => [_interval, _intervals, _silos, _quartz, _withoutQuartz];

    public IEnumerable<string> Of(ParseResult parsed) =>
    [
        $"--interval={parsed.GetValue(_interval)}", $"--intervals={parsed.GetValue(_intervals)}", $"--silos={parsed.GetValue(_silos)}",
        $"--quartz-accounts={parsed.GetValue(_quartz)}", $"--without-quartz={parsed.GetValue(_withoutQuartz)}",
    ];

    private static Option<string> Silos()
    {
        var option = new Option<string>("--silos")
        {
            Description = "Of wake: on how many silos, in turn; rivals run as many processes as the first says.",
            DefaultValueFactory = _ => "1,3",
        };
        option.Validators.Add(result =>
        {
            if (Array.Exists(result.GetValueOrDefault<string>().Split(','), count => !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var silos) || silos is < 1 or > MostSilos))
                result.AddError($"--silos must be numbers from 1 to {MostSilos} with commas between them.");
        });
        return option;
    }
}
