using System.Globalization;
using MetaGrains.Cli.Output;
using Spectre.Console;

namespace MetaGrains.Cli.Demo;

/// <summary>Shows SQL beside the source, account by account.</summary>
internal static class DemoTable
{
    private const int MostAccounts = 25;

    public static void Print(DemoResult result, Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var (name, right) in new[]
                 {
                     ("account", false), ("name", false), ("rows", true), ("days", true), ("impressions", true), ("clicks", true),
                     ("spend in SQL", true), ("spend at the source", true), ("", false),
                 })
        {
            table.AddColumn(right ? new TableColumn(name).RightAligned().NoWrap() : new TableColumn(name));
        }

        // What differs comes first: it must not hide behind the limit.
        foreach (var account in result.Accounts.OrderBy(account => account.Match).Take(MostAccounts))
        {
            table.AddRow(
                account.Id, account.Name.EscapeMarkup(), Count(account.Ads.Rows), Count(account.Ads.Days), Count(account.Ads.Impressions),
                Count(account.Ads.Clicks), Money(account.Ads.Spend, account.Currency), Money(account.Truth.Spend, account.Currency),
                account.Match ? "[green]equal[/]" : "[red]DIFFERS[/]");
        }

        terminal.Console.Write(table);
        if (result.Accounts.Count > MostAccounts)
            terminal.Line($"… and {result.Accounts.Count - MostAccounts} more accounts, {(result.Match ? "all equal" : "see --json")}.");
        foreach (var account in result.Accounts.Where(account => account.Run.ErrorMessage is not null).Take(MostAccounts))
            terminal.Line($"{account.Id}: {account.Run.ErrorMessage}");
        var rows = result.Accounts.Aggregate(default(Core.Sync.PublishCounts), (sum, account) => sum + account.Run.Rows);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{result.Accounts.Count} accounts, {rows.Read:N0} rows at all levels ({rows.Inserted:N0} new, {rows.Changed:N0} changed, {rows.Unchanged:N0} unchanged, {rows.Vanished:N0} vanished) in {result.Seconds:0.0} s; ")
            + (result.Match ? "SQL equals the source to the cent." : "SQL DIFFERS from the source."));
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Money(decimal value, string currency) => value.ToString("N2", CultureInfo.InvariantCulture) + " " + currency;
}
