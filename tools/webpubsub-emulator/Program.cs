using ServerlessGateway.WebPubSubEmulator;

return await EmulatorCommand.RunAsync(args);
