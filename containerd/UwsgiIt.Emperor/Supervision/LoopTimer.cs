namespace UwsgiIt.Emperor.Supervision;

/// <summary>Something due later on an <see cref="EventLoop"/>.</summary>
internal sealed class LoopTimer(Action due)
{
    private Action? _due = due;

    public bool IsCancelled => _due is null;

    public void Cancel() => _due = null;

    public void Fire()
    {
        var action = _due;
        _due = null;
        action?.Invoke();
    }
}
