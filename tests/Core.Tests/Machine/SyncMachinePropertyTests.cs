using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Throttling;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>Random lives of an account; <see cref="AccountModel"/> checks after every event what always holds.</summary>
public sealed class SyncMachinePropertyTests
{
    private static readonly Gen<(int Kind, int A)> Steps =
        from kind in Gen.Choose(0, 20)
        from a in Gen.Choose(0, 999)
        select (kind, a);

    private static readonly AccountCalendar[] Zones =
        [.. new[] { "Europe/Prague", "Asia/Tokyo", "America/Los_Angeles" }.Select(zone => AccountCalendar.TryCreate(zone, out var calendar) ? calendar : throw new ArgumentException(zone))];

    [Fact]
    public void No_life_breaks_the_rules_loses_a_request_or_moves_a_cursor_back() =>
        Properties.Holds(Properties.Lists(Steps, 20, 120), steps =>
        {
            var model = new AccountModel(HealthStateTests.WithBreakdown());
            var asked = new List<long>();
            foreach (var step in steps)
            {
                var cursors = model.State.Jobs.ToDictionary(job => job.Job, job => job.Cursor);
                Do(model, step, asked);
                Assert.All(model.State.Jobs, job => Assert.True(!(cursors.GetValueOrDefault(job.Job) > job.Cursor)));
                Assert.All(asked, id => Assert.True(model.Answered.Contains(id) || model.State.Requests.Any(request => request.RunId == id)));
            }

            // Once everything is mended, everything that was asked for is run, and the account is current.
            model.Stored = HealthStateTests.WithBreakdown() with { Version = "10000", ConnectionVersion = 10_000 };
            model.See([.. model.Incidents.Select(incident => incident with { ClosedAt = incident.ClosedAt ?? model.Now })]);
            model.Send(new SyncEvent.SettingsChanged(model.Stored)).Send(new SyncEvent.Resumed());
            if (model.State.Run is { } run)
                model.Send(new SyncEvent.RunCancelled(run.Number, 0, null));
            model.After(TimeSpan.FromHours(5));
            while (model.State.Ask is { } ask)
            {
                if (ask.Wait is { } wait)
                    model.After(wait.Until > model.Now ? wait.Until : model.Now);
                model.Grant().Succeed();
            }

            Assert.All(asked, id => Assert.Contains(id, model.Answered));
            Assert.True(model.State.NextDueAt > model.Now);
            Assert.Equal(AccountHealth.Active, model.State.Health.Health);
        }, tests: 300);

    private static void Do(AccountModel model, (int Kind, int A) step, List<long> asked)
    {
        var run = model.State.Run;
        switch (step.Kind)
        {
            case 0 or 1:
                model.After(TimeSpan.FromMinutes(step.A));
                break;
            case 2:
                model.After(TimeSpan.FromSeconds(step.A));
                break;
            case 3 when asked.Count < 15:
                asked.Add(asked.Count + 1);
                model.Send(new SyncEvent.Triggered(model.Request(asked.Count, SyncJobs.All[step.A % SyncJobs.All.Count])));
                break;
            case 4 or 5 or 6 when model.State.Ask is not null:
                model.Grant();
                break;
            case 7 when model.State.Ask is not null:
                model.Wait(TimeSpan.FromSeconds(step.A + 1), highOnlyUntil: step.A % 3 == 0 ? model.Now.AddSeconds(step.A) : null);
                break;
            case 8 or 9 when run is not null:
                model.Succeed();
                break;
            case 10 or 11 when run is not null:
                model.Fail((FailureKind)(step.A % 7), step.A % 2 == 0 ? LimitScope.Score(AccountModel.Key.Account) : null);
                if (run.Request is { } request && !model.State.Requests.Any(known => known.RunId == request.RunId))
                    Assert.Contains(request.RunId, model.Answered);
                break;
            case 12:
                model.Activate();
                break;
            case 13:
                model.Stored = model.Stored with
                {
                    Version = model.Stored.Version + "+",
                    Tier = Tier.Defaults[step.A % 3] with { Cron = step.A % 4 == 0 ? "*/20 * * * *" : null },
                    Enabled = step.A % 5 != 0,
                    Calendar = Zones[step.A % Zones.Length],
                };
                model.Send(new SyncEvent.SettingsChanged(model.Stored));
                break;
            case 14:
                model.Send(step.A % 2 == 0 ? new SyncEvent.Paused() : new SyncEvent.Resumed());
                break;
            case 15 when run is not null:
                model.Send(step.A % 2 == 0 ? new SyncEvent.PermitsNeeded(run.Number, step.A) : new SyncEvent.RunCancelled(run.Number, step.A, model.Now));
                break;
            case 16:
                model.Send(new SyncEvent.Deactivating()).Activate();
                break;
            case 18 when run is not null && run.Plan.Reports.Any(report => report.Name == HealthStateTests.Breakdown.Name):
                model.Fail(FailureKind.Refused, report: HealthStateTests.Breakdown.Name);
                break;
            case 19:
                model.See([new IncidentNotice(step.A % 2, IncidentRestTests.NoAnswer, model.Now.AddMinutes(-1), step.A % 3 == 0 ? model.Now : null, step.A)]);
                break;
            case 20:
                model.Send(new SyncEvent.ProbeAllowed(step.A % 2));
                break;
            default:
                model.Send(step.A % 2 == 0 ? new SyncEvent.ReminderTicked() : new SyncEvent.SweepPoked());
                break;
        }
    }
}
