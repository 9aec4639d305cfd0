using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>What people want: settings, requests, pause and resume.</summary>
internal sealed partial class SyncTurn
{
    public void TakeSettings(AccountSettings settings)
    {
        if (settings.ConnectionVersion != _state.Settings.ConnectionVersion || settings.Connection != _state.Settings.Connection)
            Unpark();
        // Resuming everything says nothing of any one account.
        if (settings.Wanted && !_state.Settings.Wanted && _state.Settings.SchedulerEnabled)
            Mended();
        if (settings.Version != _state.Settings.Version)
            _state = _state with { Refused = [] };
        ApplySettings(settings, zoneBefore: _state.Settings.Calendar.ZoneName);
        Note(SyncNote.Settings, $"settings version {settings.Version} applied: tier {settings.Tier.Name}");
    }

    /// <summary>Settings become felt: due times follow the rules, and a run that is not wanted any more stops.</summary>
    /// <param name="zoneBefore">The zone in which days were cut before; null when that is not known.</param>
    public void ApplySettings(AccountSettings settings, string? zoneBefore)
    {
        _state = _state with { Settings = settings };
        DueOnce(SyncJob.Initial);
        foreach (var job in SyncJobs.All.Where(job => job.IsPlanned() && job != SyncJob.Initial))
            Retime(job, settings.RecurrenceOf(job));
        // Days that were cut at another midnight are other days: all that Meta still restates is read anew, at once.
        if (zoneBefore is not null && zoneBefore != settings.Calendar.ZoneName)
            DueAtOnce(SyncJob.Deep);
        StopUnwanted();
    }

    public void Pause()
    {
        _state = _state with { Settings = _state.Settings with { Enabled = false } };
        StopUnwanted();
    }

    public void Resume()
    {
        _state = _state with { Settings = _state.Settings with { Enabled = true } };
        Mended();
    }

    public void TakeRequest(SyncRequest request)
    {
        if (_state.Requests.Any(known => known.RunId == request.RunId) || _state.Run?.Request?.RunId == request.RunId)
            return;
        var refusal = Refuse(request);
        if (refusal is not null)
        {
            Do(new SyncEffect.RefuseRequest(request, refusal));
            return;
        }

        _state = _state with { Requests = _state.Requests.Add(request) };
        Note(SyncNote.Command, $"run {request.RunId} of {request.Job.WireName()} recorded");
    }

    private string? Refuse(SyncRequest request)
    {
        if (!request.Job.IsPlanned())
            return $"The job {request.Job.WireName()} cannot be asked for.";
        if (!request.Job.ReadsInsights() && (request.Range is not null || request.Preset is not null))
            return $"The job {request.Job.WireName()} reads objects as they are now: it takes no days.";
        if (_state.Requests.Length >= AccountSettings.MaxRequests)
            return $"{AccountSettings.MaxRequests} runs are waiting for this account already.";
        return PlanOf(request) is null ? WhyImpossible(request) : null;
    }

    private string WhyImpossible(SyncRequest request) =>
        SyncPlan.ReportsOf(request.Job, _state.Settings.PlanInputs).FirstOrDefault(report => _state.Refused.Any(refusal => refusal.Report == report.Name)) is { } refused
            ? $"Every report of the job {request.Job.WireName()} is left out; {refused.Name}: {_state.Refused.First(refusal => refusal.Report == refused.Name).Reason}"
            : request.Entity is { } entity && PlanOf(request with { Entity = null }) is not null
            ? $"No report that the job {request.Job.WireName()} reads has rows of {entity}."
            : request.Range is { } range
            ? _state.Settings.Calendar.Refuse(range, now) ?? $"Meta answers for none of the days {range}, or no report is defined for the job {request.Job.WireName()}."
            : $"No report is defined for the job {request.Job.WireName()}.";

    // Whoever switches an account on says that it can be tried; what Meta blocks stays blocked.
    private void Mended()
    {
        _state = _state with { Backoff = _state.Backoff with { RetryAt = null }, Jobs = [.. _state.Jobs.Select(job => job with { RetryAt = null })] };
        Unpark();
    }

    private void Unpark() => _state = _state with { Parked = null };

    private void Retime(SyncJob name, Recurrence? recurrence)
    {
        var job = _state.Job(name);
        if (recurrence is not { } rule)
            job = job with { NextDue = null, Interval = null, Rule = null };
        else if (job.NextDue is not { } due)
            job = job.Due(FirstDue(job, rule), rule, _state.Offset);
        else if (job.Rule != rule.Rule)
            job = job.Due(rule.Retimed(due, now, _state.Offset), rule, _state.Offset);
        _state = _state.With(job);
    }

    // Rows of an account that was just connected need the names of their campaigns soon; other jobs wait for their time.
    private DateTimeOffset FirstDue(JobState job, Recurrence rule) =>
        job is { Job: SyncJob.Entities, LastStarted: null } && _state.Job(SyncJob.Initial).NextDue is not null
            ? now
            : rule.NextAfter(job.LastStarted ?? now, _state.Offset);

    private void DueAtOnce(SyncJob name)
    {
        if (_state.Job(name) is { NextDue: { } due } job && due > now)
            _state = _state.With(job with { NextDue = now });
    }

    private void DueOnce(SyncJob name)
    {
        var job = _state.Job(name);
        var done = job.LastSucceeded is not null || job.Cursor is not null;
        _state = _state.With(job with { NextDue = done ? null : job.NextDue ?? now });
    }

    private void StopUnwanted()
    {
        if (_state.Settings.Wanted || _state.Run is not { Stage: not RunStage.Cancelling } run)
            return;
        _state = _state with { Run = run with { Stage = RunStage.Cancelling } };
        Do(new SyncEffect.CancelRun(run.Number, "The account was switched off."));
    }
}
