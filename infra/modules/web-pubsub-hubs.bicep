// The hub of each instance, whose callbacks go to a route that names the instance. They need the app's address; Web
// PubSub asks the app for its consent only before the first event, so the app's code may come later.

import { createdInstance } from 'web-pubsub.bicep'

@description('Required. The hub of every instance.')
param hubName string

@description('Required. The instances.')
param instances createdInstance[]

@description('Required. The id of the Functions app.')
param functionsId string

@description('Required. The host name of the Functions app.')
param functionsHost string

@description('Required. What the instances ask tokens for.')
param callbackAudience string

@description('Required. True sends callbacks through a shared private link, which has to be approved once.')
param privateNetwork bool

resource services 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = [
  for instance in instances: {
    name: instance.resource
  }
]

resource hubs 'Microsoft.SignalRService/webPubSub/hubs@2024-03-01' = [
  for (instance, at) in instances: {
    parent: services[at]
    name: hubName
    properties: {
      // A client without a token, or with a bad one, is refused here and costs no callback.
      anonymousConnectPolicy: 'deny'
      webSocketKeepAliveIntervalInSeconds: 20
      eventHandlers: [
        {
          urlTemplate: 'https://${functionsHost}/api/webpubsub/${instance.name}'
          // All of them: an event that is none of ours is answered with an error, one without a handler ends its connection.
          userEventPattern: '*'
          // Not 'connected': nothing rests on it, and each one would be an execution.
          systemEvents: ['connect', 'disconnected']
          auth: {
            type: 'ManagedIdentity'
            managedIdentity: { resource: callbackAudience }
          }
        }
      ]
    }
  }
]

resource links 'Microsoft.SignalRService/webPubSub/sharedPrivateLinkResources@2024-03-01' = [
  for (instance, at) in instances: if (privateNetwork) {
    parent: services[at]
    name: 'functions'
    properties: {
      groupId: 'sites'
      privateLinkResourceId: functionsId
      requestMessage: 'Callbacks of the gateway\'s instance ${instance.name}'
    }
    // One change of an instance at a time: it refuses a second one while the first is under way.
    dependsOn: [hubs]
  }
]
