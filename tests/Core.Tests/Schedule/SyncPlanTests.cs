using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Schedule;

public sealed class SyncPlanTests
{
    private static readonly string[] Zones =
        ["UTC", "Europe/Prague", "America/Santiago", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "Asia/Kolkata", "Australia/Lord_Howe"];

    private static readonly SyncJob[] Planned = [.. SyncJobs.All.Where(job => job.IsPlanned())];

    private static readonly Gen<(PlanInputs Inputs, DateTimeOffset Now, DateOnly? Cursor)> Cases =
        from zone in Gen.Elements(Zones)
        from seconds in Gen.Choose(1_000_000_000, 2_000_000_000)
        from days in Gen.Choose(1, Tier.MaxDateRangeDays)
        from window in Gen.Choose(-5, 100)
        from cursor in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(-1500, 3).Select(back => (int?)back))
        let inputs = new PlanInputs(Calendar(zone), Tier.Medium with { DateRangeDays = days }, window, InsightsReport.Defaults)
        let now = DateTimeOffset.FromUnixTimeSeconds(seconds)
        select (inputs, now, cursor is { } back ? inputs.Calendar.Today(now).AddDays(back) : (DateOnly?)null);

    [Theory]
    // 2026-03-29T22:30Z is the 30th in Prague (daylight saving began that day), still the 29th in Los Angeles.
    [InlineData("Europe/Prague", SyncJob.Tier, null, "2026-03-28..2026-03-30")]
    [InlineData("Europe/Prague", SyncJob.Fresh, null, "2026-03-24..2026-03-29")]
    [InlineData("Europe/Prague", SyncJob.Initial, null, "2026-03-23..2026-03-29")]
    [InlineData("Europe/Prague", SyncJob.Incremental, null, "2026-03-01..2026-03-30")]
    [InlineData("Europe/Prague", SyncJob.Incremental, "2026-03-30", "2026-03-27..2026-03-30")]
    [InlineData("Europe/Prague", SyncJob.Incremental, "2026-03-10", "2026-03-07..2026-03-30")]
    [InlineData("Europe/Prague", SyncJob.Incremental, "2026-03-04", "2026-03-01..2026-03-30")]
    [InlineData("Europe/Prague", SyncJob.Incremental, "2026-01-01", "2026-03-01..2026-03-30")]
    [InlineData("Europe/Prague", SyncJob.Deep, null, "2026-03-02..2026-03-29")]
    [InlineData("Europe/Prague", SyncJob.Reconcile, "2026-03-20", "2026-03-02..2026-03-29")]
    [InlineData("Europe/Prague", SyncJob.Entities, null, "2026-03-30..2026-03-30")]
    [InlineData("Pacific/Pago_Pago", SyncJob.Deep, null, "2026-03-01..2026-03-28")]
    [InlineData("America/Los_Angeles", SyncJob.Tier, null, "2026-03-27..2026-03-29")]
    [InlineData("Pacific/Kiritimati", SyncJob.Tier, null, "2026-03-28..2026-03-30")]
    [InlineData("Pacific/Pago_Pago", SyncJob.Fresh, null, "2026-03-23..2026-03-28")]
    public void The_windows_are_those_of_the_contract(string zone, SyncJob job, string? cursor, string window)
    {
        var inputs = new PlanInputs(Calendar(zone), Tier.Medium, 7, InsightsReport.Defaults);

        var plan = SyncPlan.For(job, inputs, cursor is null ? null : DateOnly.ParseExact(cursor, "yyyy-MM-dd", CultureInfo.InvariantCulture), At("2026-03-29T22:30:00Z"));

        Assert.Equal(window, plan.Window.ToString());
        Assert.True(plan.MovesCursor);
    }

    [Fact]
    public void No_window_leaves_what_Meta_answers_for() =>
        Properties.Holds(Cases, it => Assert.All(Planned, job =>
        {
            var plan = SyncPlan.For(job, it.Inputs, it.Cursor, it.Now);

            Assert.Null(it.Inputs.Calendar.Refuse(plan.Window, it.Now));
            Assert.Equal(job.ReadsInsights(), !plan.Reports.IsEmpty);
        }), tests: 1000);

    [Fact]
    public void Incremental_reads_the_last_three_days_before_its_cursor_again_and_leaves_no_gap_that_it_may_cover() =>
        Properties.Holds(Cases, it =>
        {
            var today = it.Inputs.Calendar.Today(it.Now);
            var floor = today.AddDays(-29);
            var plan = SyncPlan.For(SyncJob.Incremental, it.Inputs, it.Cursor, it.Now);

            Assert.Equal(today, plan.Window.Until);
            Assert.True(plan.Window.Since >= floor);
            if (it.Cursor is not { } cursor)
                Assert.Equal(floor, plan.Window.Since);
            else if (cursor.AddDays(-3) >= floor)
                Assert.True(plan.Window.Since <= cursor.AddDays(-3) && plan.Uncovered is null);
            else
                Assert.True(plan.Window.Since == floor && (plan.Uncovered is null) == (cursor.AddDays(1) >= floor));
            if (plan.Uncovered is { } gap)
                Assert.True(gap.Since == it.Cursor!.Value.AddDays(1) && gap.Until.AddDays(1) == plan.Window.Since);
        }, tests: 1000);

    [Fact]
    public void Fresh_ends_yesterday_and_spans_the_attribution_window_clamped_to_28_days() =>
        Properties.Holds(Cases, it =>
        {
            var plan = SyncPlan.For(SyncJob.Fresh, it.Inputs, it.Cursor, it.Now);
            var window = Math.Clamp(it.Inputs.AttributionWindowDays, 1, 28);

            Assert.Equal(it.Inputs.Calendar.Today(it.Now).AddDays(-1), plan.Window.Until);
            Assert.Equal(Math.Max(1, window - 1), plan.Window.Days);
        });

    [Fact]
    public void A_requested_range_is_cut_to_what_Meta_answers_for_and_never_moves_the_cursor() =>
        Properties.Holds(
            from it in Cases
            from back in Gen.Choose(-1400, 40)
            from days in Gen.Choose(1, 1500)
            let since = it.Inputs.Calendar.Today(it.Now).AddDays(back)
            select (it.Inputs, it.Now, Range: new DateRange(since, since.AddDays(days - 1))),
            it =>
            {
                var plan = SyncPlan.ForRange(SyncJob.Incremental, it.Inputs, it.Range, it.Now);

                var calendar = it.Inputs.Calendar;
                Assert.Equal(it.Range.Until < calendar.Oldest(it.Now) || it.Range.Since > calendar.Today(it.Now), plan is null);
                if (plan is null)
                    return;
                Assert.Null(calendar.Refuse(plan.Window, it.Now));
                Assert.True(it.Range.Contains(plan.Window.Since) && it.Range.Contains(plan.Window.Until));
                Assert.False(plan.MovesCursor);
            }, tests: 1000);

    [Theory]
    [InlineData(DatePreset.Yesterday, "2026-03-29..2026-03-29")]
    [InlineData(DatePreset.Last7Days, "2026-03-23..2026-03-29")]
    [InlineData(DatePreset.Last30Days, "2026-02-28..2026-03-29")]
    public void Presets_are_complete_days_of_the_account(DatePreset preset, string window)
    {
        var inputs = new PlanInputs(Calendar("Europe/Prague"), Tier.Medium, 7, InsightsReport.Defaults);

        Assert.Equal(window, SyncPlan.ForPreset(SyncJob.Tier, inputs, preset, At("2026-03-29T22:30:00Z")).Window.ToString());
        Assert.True(DatePresets.TryParse(preset.WireName(), out var read) && read == preset);
    }

    [Fact]
    public void Initial_reads_the_active_ads_and_all_ads_before_everything_else()
    {
        var plan = SyncPlan.For(SyncJob.Initial, new PlanInputs(Calendar("UTC"), Tier.Low, 7, InsightsReport.Defaults), null, At("2026-03-29T22:30:00Z"));

        Assert.Equal(["ad_active_daily", "ad_daily"], plan.Reports.Select(report => report.Name));
        var filter = Assert.Single(plan.Reports[0].Filtering);
        Assert.Equal(("ad.effective_status", "IN", "ACTIVE,PAUSED"), (filter.Field, filter.Operator, string.Join(',', filter.Values)));
        Assert.Equal(Priority.High, plan.Priority);
    }

    [Fact]
    public void Deep_reads_every_day_that_Meta_still_restates_and_none_that_is_not_over() =>
        Properties.Holds(Cases, it =>
        {
            var plan = SyncPlan.For(SyncJob.Deep, it.Inputs, it.Cursor, it.Now);
            var today = it.Inputs.Calendar.Today(it.Now);

            Assert.Equal(28, plan.Window.Days);
            Assert.Equal(DayFinality.Provisional, DayFinalities.Of(plan.Window.Since, today));
            Assert.Equal(DayFinality.Final, DayFinalities.Of(plan.Window.Since.AddDays(-1), today));
            Assert.Equal(today, plan.Window.Until.AddDays(1));
            Assert.Equal(Priority.Low, plan.Priority);
        });

    [Fact]
    public void A_report_is_read_by_the_jobs_that_its_definition_names()
    {
        var ages = InsightsReport.Daily(InsightsLevel.Campaign) with { Name = "campaign_age_daily", Breakdowns = ["age"], Jobs = [SyncJob.Fresh, SyncJob.Initial] };
        var inputs = new PlanInputs(Calendar("UTC"), Tier.Medium, 7, [.. InsightsReport.Defaults, ages]);

        Assert.Equal(["account_daily", "campaign_daily", "adset_daily", "ad_daily"], Names(SyncJob.Tier));
        Assert.Equal(["account_daily", "campaign_daily", "adset_daily", "ad_daily", "campaign_age_daily"], Names(SyncJob.Fresh));
        Assert.Equal(["ad_active_daily", "ad_daily", "campaign_age_daily"], Names(SyncJob.Initial));
        Assert.Equal(["account_daily"], Names(SyncJob.Reconcile));
        Assert.Empty(Names(SyncJob.Entities));

        IEnumerable<string> Names(SyncJob job) => SyncPlan.For(job, inputs, null, At("2026-03-29T22:30:00Z")).Reports.Select(report => report.Name);
    }

    [Fact]
    public void Jobs_without_a_plan_are_refused()
    {
        var inputs = new PlanInputs(Calendar("UTC"), Tier.Low, 7, InsightsReport.Defaults);

        Assert.All(SyncJobs.All.Where(job => !job.IsPlanned()), job =>
            Assert.Throws<ArgumentOutOfRangeException>(() => SyncPlan.For(job, inputs, null, At("2026-03-29T22:30:00Z"))));
    }

    [Fact]
    public void Wire_names_are_read_back_and_the_older_names_are_known()
    {
        Assert.All(SyncJobs.All, job => Assert.True(SyncJobs.TryParse(job.WireName(), out var read) && read == job));
        Assert.True(SyncJobs.TryParse("meta_fresh", out var fresh) && fresh == SyncJob.Fresh);
        Assert.True(SyncJobs.TryParse("meta_7d_fill", out var fill) && fill == SyncJob.Initial);
        Assert.False(SyncJobs.TryParse("Tier", out _));
    }

    [Theory]
    [InlineData("high", 60, 2, Priority.High, null)]
    [InlineData("medium", 120, 3, Priority.Medium, null)]
    [InlineData("gold", 30, 1, Priority.Medium, null)]
    [InlineData("low", 0, 7, Priority.Low, "interval_minutes must be 1 to 43200, not 0.")]
    [InlineData("low", 240, 0, Priority.Low, "date_range_days must be 1 to 366, not 0.")]
    [InlineData(" ", 240, 7, Priority.Medium, "A tier needs a name.")]
    [InlineData("high", 60, 2, Priority.High, null, "*/20 6-22 * * MON-FRI")]
    [InlineData("high", 60, 2, Priority.High, "cron: '61' is no minute: values are 0 to 59.", "61 * * * *")]
    public void A_tier_says_what_is_wrong_with_it(string name, int minutes, int days, Priority priority, string? refusal, string? cron = null)
    {
        var tier = new Tier(name, minutes, days, cron);

        Assert.Equal((priority, refusal), (tier.Priority, tier.Refuse()));
    }

    private static AccountCalendar Calendar(string zone) =>
        AccountCalendar.TryCreate(zone, out var calendar) ? calendar : throw new ArgumentException(zone);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
