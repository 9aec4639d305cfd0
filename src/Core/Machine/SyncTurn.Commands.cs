using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>What people want: settings, requests, pause and resume.</summary>
internal sealed partial class SyncTurn
{
    public void TakeSettings(AccountSettings settings)
    {
        if (settings.ConnectionVersion != _state.Settings.ConnectionVersion || settings.Connection != _state.Settings.Connection)
            Unpark();
        if (settings.Wanted && !_state.Settings.Wanted)
            Mended();
        ApplySettings(settings);
        Note(SyncNote.Settings, $"settings version {settings.Version} applied: tier {settings.Tier.Name}");
    }

    /// <summary>Settings become felt: due times follow the intervals, and a run that is not wanted any more stops.</summary>
    public void ApplySettings(AccountSettings settings)
    {
        _state = _state with { Settings = settings };
        foreach (var job in new[] { SyncJob.Tier, SyncJob.Fresh })
            Retime(job, settings.IntervalOf(job));
        DueOnce(SyncJob.Initial);
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
        if (_state.Requests.Length >= AccountSettings.MaxRequests)
            return $"{AccountSettings.MaxRequests} runs are waiting for this account already.";
        return request.Range is { } range && PlanOf(request) is null
            ? _state.Settings.Calendar.Refuse(range, now) ?? $"Meta answers for none of the days {range}."
            : null;
    }

    // Whoever switches an account on says that it can be tried; what Meta blocks stays blocked.
    private void Mended()
    {
        _state = _state with { Backoff = _state.Backoff with { RetryAt = null } };
        Unpark();
    }

    private void Unpark() => _state = _state with { Parked = null };

    private void Retime(SyncJob name, TimeSpan? interval)
    {
        var job = _state.Job(name);
        if (interval is not { } known)
            job = job with { NextDue = null, Interval = null };
        else if (job.NextDue is not { } due)
            job = job with { NextDue = SyncSchedule.NextAfter(job.LastStarted ?? now, known, _state.Offset), Interval = known };
        else if (job.Interval != known)
            job = job with { NextDue = SyncSchedule.Retimed(due, now, known, _state.Offset), Interval = known };
        _state = _state.With(job);
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
