using Microsoft.Extensions.Options;

namespace UwsgiIt.Tests.Common;

/// <summary>Options that change only when the test says so.</summary>
public sealed class FixedOptions<T>(T value) : IOptionsMonitor<T>, IOptions<T>
    where T : class
{
    private Action<T, string?>? _changed;

    public T CurrentValue { get; private set; } = value;

    public T Value => CurrentValue;

    public T Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<T, string?> listener)
    {
        _changed += listener;
        return null;
    }

    public void Set(T value)
    {
        CurrentValue = value;
        _changed?.Invoke(value, null);
    }
}
